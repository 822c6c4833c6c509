package world

import "nuanxin/internal/assess"

// Assessed is an entry of the register of assessments and audits.
type Assessed struct {
	assess.Draft
	Done bool // it was concluded
}

// Assessments are those of the security administrator. Like all they are invented, and
// say so; what hands matters to other bodies has none, so that the list shows a gap.
func Assessments() []Assessed {
	return []Assessed{
		{assess.Draft{Kind: assess.Impact, Of: "identity", Subject: "（示例）入会时把姓名和身份证号码送到身份核验服务核对", Cases: []string{"share"},
			Lawful:   "只为弄清是不是本人，免得冒名入会。送出去以前单独问本人同不同意，不同意就由干部看原件，一样能入会。只送姓名和号码两样。",
			Effect:   "号码在路上或者在对方那里泄露，别人可以冒用；对方的记录不准，会把真的当成假的，耽误入会。",
			Measures: "全程加密；对方只回“对得上”或者“对不上”，合同写明不留存；对不上的由干部看原件，本人看得到结果，可以申诉；每天送多少有上限。和风险相称。",
			MadeBy:   "示例市总工会网信科"}, true},
		{assess.Draft{Kind: assess.Audit, Subject: "（示例）诉求和会籍的个人信息，最近一年",
			Lawful:   "抽查了 50 件诉求、50 条会籍的访问记录，看了同意书和资料保存天数，问了 3 个县的干部。都有依据，没有超出目的使用。",
			Effect:   "两个县的干部离岗以后，账号过了一周才停用。",
			Measures: "离岗当天停用账号，由各县管理员负责，月底前查一遍；下次审计复查。",
			MadeBy:   "示例会计师事务所"}, false},
	}
}
