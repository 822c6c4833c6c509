package desk_test

import (
	"testing"

	"nuanxin/internal/member"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/verify"
)

// What does not match stands on top with what a cadre can do, is left out where several
// are approved, and is settled by the member or by the original.
func TestNumberThatDoesNotMatch(t *testing.T) {
	h := newHouse(t)
	clear := h.apply(form("张三"))
	wrong := h.checked("李四", verify.Mismatch)
	one, cadre := desk.Href(wrong), h.as("cadre")
	cadre.get(desk.HrefMembers).want("the list", 200, "姓名和证件号对不上", "通过这一页没有疑问的 1 人", `name="clear" value="`+choice(clear, 1), "!"+`name="clear" value="`+choice(wrong, 1))
	cadre.post(desk.HrefMembers+"/approve", "do", "clear", "clear", choice(clear, 1), "clear", choice(wrong, 1)).want("approving the clear ones", 200, "张三", "!李四")
	cadre.get(one).want("the page", 200, "姓名和证件号对不上（某省身份核验", one+"/original", one+"/correct", one+"/refuse", "看过了，通过", "写错了字")
	h.as("leader").get(one).want("a leader", 200, "姓名和证件号对不上", "!/original", "!/correct")
	h.as("leader").get(one+"/original").want("a leader asks", 403)
	cadre.get(one+"/correct").want("asking once more", 200, "请他看哪里", "照身份证再看一遍")
	cadre.post(one+"/correct", "seen", "1", "reason", "").want("without words", 422)
	cadre.post(one+"/correct", "seen", "1", "reason", "名字好像少一个字").want("asked", 303)
	cadre.get(one).want("it stands there", 200, "名字好像少一个字", "柳婷")
	cadre.post(one+"/original", "seen", "1", "reason", "看过原件").want("an old page", 409, "柳婷")
	cadre.get(desk.HrefMembers+"?tab=checks").want("the list of those", 200, "李四", "!张三")
	cadre.post(one+"/original", "seen", "2", "reason", "看过原件，是本人").want("seen", 303)
	cadre.get(one).want("settled", 200, "已当面核对原件（柳婷", "看过原件，是本人", "!写错了字", "!/original")
	cadre.get(one+"/original").want("again", 409)
	cadre.get(desk.HrefMembers+"?tab=checks").want("the list of those", 200, "!李四")
	if f := h.one(wrong); f.Check.State != verify.Seen || len(f.Doubts) != 0 {
		t.Errorf("got %+v", f.Check)
	}
}

// What is known of a check is said as it is: also that nothing was checked.
func TestWhatIsSaidOfAnIdentityNumber(t *testing.T) {
	h := newHouse(t)
	number := withDocument(form("王五"), "11010519491231002X")
	not := h.apply(number)
	good := h.checked("赵六", verify.Match)
	cadre := h.as("cadre")
	cadre.get(desk.Href(good)).want("a match", 200, "姓名和证件号一致（某省身份核验", "!/original")
	cadre.get(desk.Href(not)).want("not agreed", 200, "本人没有单独同意送去核验", desk.Href(not)+"/original")
	h.checks.Checker = nil
	cadre.get(desk.Href(not)).want("no service", 200, "没有接核验服务，只核对了号码的写法")
	unknown := h.checked("钱七", verify.NoRecord)
	cadre.get(desk.Href(unknown)).want("no service, but agreed", 200, "没有接核验服务")
	h.checks.Checker = h.says
	h.checked("孙八", verify.NoRecord)
	cadre.get(desk.Href(unknown)).want("not known", 200, "查不到这个证件号")
}

// Whose county has no union is on top; the cadre gives the application to a union, keeps
// it, or has one founded.
func TestNoUnion(t *testing.T) {
	h := newHouse(t)
	a, b := h.away("周远"), h.away("吴近")
	city, one := h.as("city"), desk.Href(a)
	city.get(desk.HrefMembers).want("the list", 200, "选的地方还没有工会，先由上级受理")
	city.get(one).want("the page", 200, "东丰县还没有自己的工会", "辽源市总工会", one+"/place", "/desk/foundings/new?parent=")
	h.as("chief").get(one).want("a leader", 200, "东丰县还没有自己的工会", "!"+one+"/place")
	h.as("chief").get(one+"/place").want("a leader asks", 403)
	h.as("cadre").get(one+"/place").want("a county's cadre", 404)
	city.get(one+"/place").want("where to", 200, "外卖行业联合基层工会", "先收在辽源市总工会", "答复的期限不变")
	city.post(one+"/place", "seen", "1").want("nothing chosen", 422, "选一个你们管得到的工会")
	city.post(one+"/place", "seen", "1", "union", "x").want("what there is not", 422, "选一个你们管得到的工会")
	city.post(one+"/place", "seen", "7", "union", jointID).want("an old page", 409)
	city.post(one+"/place", "seen", "1", "union", jointID).want("given", 303)
	h.as("cadre").get(one).want("at the other union", 200, "外卖行业联合基层工会", "沈洁交给了现在这个工会")
	if got := city.get(one + "/place"); got.status != 303 {
		t.Errorf("given once: got %d", got.status)
	}
	city.post(desk.Href(b)+"/place", "seen", "1", "do", "keep").want("kept", 303)
	city.get(desk.Href(b)).want("kept", 200, "沈洁先收在这里", "!选的地方还没有工会，先由上级受理")
}

// Once the county has a union, those who wait are handed over together.
func TestHandOver(t *testing.T) {
	h := newHouse(t)
	a, b := h.away("周远"), h.away("吴近")
	h.must(h.Approve(as("city"), b, 1))
	city, gaps := h.as("city"), "/desk/member-gaps"
	city.get(gaps).want("before", 200, "东丰县", "等答复 1 人，已在上级工会 1 人", "那里还没有工会", "!"+gaps+"/"+bare)
	if got := city.get(gaps + "/" + bare); got.status != 303 {
		t.Errorf("before: got %d", got.status)
	}
	h.around.there[bare] = true
	city.get(gaps).want("after", 200, "那里有了东丰县总工会", gaps+"/"+bare)
	h.as("chief").get(gaps).want("a leader", 200, "东丰县", "!"+gaps+"/"+bare)
	h.as("chief").post(gaps+"/"+bare, "reason", "成立了").want("a leader hands over", 404)
	h.as("worker").get(gaps).want("a worker", 404)
	city.get(gaps+"/"+bare).want("asked", 200, "2 人接转给东丰县总工会", "你选的地方成立了东丰县总工会")
	city.post(gaps+"/"+bare, "reason", " ").want("without words", 422)
	city.post(gaps+"/"+bare, "reason", "你选的地方成立了工会").want("handed over", 303)
	city.get(desk.Href(b)).want("a member", 200, "东丰县总工会", "你选的地方成立了工会")
	city.get(gaps).want("nobody is left", 200, "没有这样的人")
	if f, err := h.Get(as("city"), a); err != nil || f.UnionName != "东丰县总工会" || f.State != member.Applied {
		t.Errorf("got %+v, %v", f, err)
	}
}
