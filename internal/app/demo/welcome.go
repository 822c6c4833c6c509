package demo

import (
	"fmt"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/app"
	"nuanxin/internal/app/demo/world"
)

// Welcome says in ten lines where each kind of person enters.
func Welcome(url string) string {
	return fmt.Sprintf(`Nuanxin demo: an invented county, marked 示例. Nothing leaves this machine. Stop with Ctrl-C.
  Public, the open station directory   %[1]s/
  Worker  工友   %[1]s/help   phone 19900000001, the code is shown on the page
  Cadre   干部   %[1]s/desk   liuting (leader: sunyue, city above: shenjie, stations: zhaoming)
  Host    站长   %[1]s/host   wangjing (riders' home: qiuye)
  Partner 协办   %[1]s/desk   hejie, a street office (housing bureau: zhengkai)
  Admin   管理员 %[1]s/desk   admin (security: hanmin, auditor: weidong, national list and import: zhouquan)
  Sibling county, which sees nothing of the others' matters: gaoyuan
  One password for all of them: %[2]s
  Over again: nuanxin demo --fresh. A whole nation: nuanxin demo --fresh --stations 180000
`, url, world.Password)
}

// Configure adds to c what the demo needs while it runs: who can be tried out,
// and whose union hears what nobody said the place of.
func Configure(c app.Config) app.Config {
	c.Demo, c.HomeArea, c.People = true, world.Area, nil
	for _, p := range world.StaffList() {
		c.People = append(c.People, accountweb.DemoStaff{Login: p.Login, Password: world.Password, Text: p.Name + " · " + p.Does, English: p.Name + " · " + p.In})
	}
	return c
}
