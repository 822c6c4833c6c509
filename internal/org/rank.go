package org

import (
	"slices"

	"nuanxin/internal/fault"
)

// Rank says of a kind of union on which levels it stands and who may lead it. It
// is the law as a table: [Ranks].
type Rank struct {
	Kind    Kind
	Levels  []Level
	Leaders []Leader
	Source  string // the law or rule, in the words of its citation
}

// Leader is a kind that may lead, of a higher level.
type Leader struct {
	Kind Kind
	Same bool // of the same level, too
}

const (
	byLevels   = "工会法（2021）第十条：上级工会组织领导下级工会组织；第十一条：县级以上地方建立地方各级总工会，全国建立统一的中华全国总工会"
	byIndustry = "工会法（2021）第十一条：同一行业或者性质相近的几个行业，可以根据需要建立全国的或者地方的产业工会；中国工会章程：产业和地方相结合的组织领导原则"
	byTown     = "工会法（2021）第十一条：企业职工较多的乡镇、城市街道，可以建立基层工会的联合会"
	byFirm     = "工会法（2021）第十一条：有会员二十五人以上的，应当建立基层工会委员会；不足二十五人的，可以单独建立基层工会委员会，也可以由两个以上单位的会员联合建立"
	byTeam     = "中国工会章程：基层工会可以按工作需要设工会小组"
)

// Ranks are where the kinds of unions stand. One line leads each union; what an
// industry has to say beside it is a [Link].
func Ranks() []Rank {
	return []Rank{
		{Local, []Level{National, Province, City, County, Town}, []Leader{{Local, false}}, byLevels},
		{Industry, []Level{National, Province, City, County}, []Leader{{Local, true}, {Industry, false}}, byIndustry},
		{Trade, []Level{Province, City, County, Town, Grassroots}, []Leader{{Local, true}, {Industry, true}, {Trade, false}, {Regional, true}}, byIndustry},
		{Regional, []Level{County, Town, Grassroots}, []Leader{{Local, true}, {Regional, false}}, byTown},
		{Basic, []Level{Grassroots}, []Leader{{Local, false}, {Industry, false}, {Trade, true}, {Regional, true}, {Basic, true}}, byFirm},
		{Joint, []Level{Grassroots}, []Leader{{Local, false}, {Industry, false}, {Trade, true}, {Regional, true}}, byFirm},
		{Team, []Level{Grassroots}, []Leader{{Trade, true}, {Regional, true}, {Basic, true}, {Joint, true}}, byTeam},
	}
}

// RankOf is the rank of a kind; of what is no union it is empty.
func RankOf(k Kind) Rank {
	for _, r := range Ranks() {
		if r.Kind == k {
			return r
		}
	}
	return Rank{}
}

// above reports whether l stands higher than m.
func (l Level) above(m Level) bool {
	return slices.Index(Levels(), l) < slices.Index(Levels(), m)
}

// leads reports whether a union of kind and level p may lead one of kind and level o.
// What is no union may be led by any.
func leads(p, o Org) bool {
	if !o.IsUnion() {
		return p.IsUnion()
	}
	return slices.ContainsFunc(RankOf(o.Kind).Leaders, func(l Leader) bool {
		return l.Kind == p.Kind && (p.Level.above(o.Level) || l.Same && p.Level == o.Level)
	})
}

// checkRank refuses a level on which the kind does not stand. What stands
// already is not measured again: the table may have become stricter.
func (o Org) checkRank(was Org, f *fault.Form) {
	if o.Kind == was.Kind && o.Level == was.Level || !o.IsUnion() || !slices.Contains(Levels(), o.Level) {
		return
	}
	if !slices.Contains(RankOf(o.Kind).Levels, o.Level) {
		f.Add("level", "org.level.rank", nil)
	}
}
