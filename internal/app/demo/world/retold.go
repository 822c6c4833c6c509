package world

// Retold is a solved case as a cadre wrote it anew for the public page of what was
// answered, in words to which its worker agreed.
type Retold struct {
	Case       string // key of the plot
	What, Done string
}

// Examples are the cases that were retold. Like all they are invented, and say so.
func Examples() []Retold {
	return []Retold{
		{"gate-longquan", "（示例）一个小区的东门不让电动车进，送餐的要推车绕到西门，多走十来分钟，老是超时。", "街道约了物业和社区一起谈：中午和傍晚送餐高峰从东门进，慢点骑，不进楼道。先试一个月，门口贴了告示。"},
		{"gate-flatcart", "（示例）送水、送快递的车进不了小区，大件只能一趟一趟抱，腰直不起来。", "物业在门岗放了两辆平板车，押个工牌就能借，送完还回来。"},
	}
}
