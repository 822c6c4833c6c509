package request

import (
	"slices"
	"strings"
)

// Topic is a kind of matter, in the words of those who say it.
type Topic struct {
	Code string // "gate"; finer ones for staff are "gate.estate"
	ZH   string
	EN   string
	Icon string
}

// Topics are the eight kinds that workers choose from, in the order in which
// they are shown. The last takes what fits nowhere.
func Topics() []Topic {
	return slices.DeleteFunc(slices.Clone(tree), func(t Topic) bool { return strings.Contains(t.Code, ".") })
}

// Finer are the staff's kinds within code; with an empty code, all of them.
func Finer(code string) []Topic {
	return slices.DeleteFunc(slices.Clone(tree), func(t Topic) bool { return !strings.Contains(t.Code, ".") || !under(t.Code, code) })
}

// TopicOf returns the topic with the given code.
func TopicOf(code string) (Topic, bool) {
	i := slices.IndexFunc(tree, func(t Topic) bool { return t.Code == code })
	if i < 0 {
		return Topic{}, false
	}
	return tree[i], true
}

// under reports whether code is top or one of its finer kinds.
func under(code, top string) bool {
	return top == "" || code == top || strings.HasPrefix(code, top+".")
}

// TopicStation is the kind of what goes straight to a station's host.
const TopicStation = "station"

// TopicOfDefect is the kind of a station's defect, by which bodies are found;
// without a defect it is empty.
func TopicOfDefect(what string) string {
	switch what {
	case "":
		return ""
	case "locked":
		return TopicStation + ".locked"
	case WhatOther:
		return TopicStation // who reads the words sorts it
	}
	return TopicStation + ".fault"
}

// WhatOther is the station's defect that is told in the worker's own words.
const WhatOther = "other"

// tree is the catalogue. Codes are for ever; words may be mended.
var tree = []Topic{
	{"gate", "进不去小区、大门", "Can't get in at a gate", "gate"},
	{"gate.estate", "小区不让进", "Housing estate", ""},
	{"gate.office", "写字楼、商场不让进", "Office or mall", ""},
	{"gate.school", "学校、医院不让进", "School or hospital", ""},
	{"gate.park", "送货没地方停", "Nowhere to stop for a delivery", ""},
	{"power", "充电、换电", "Charging, battery swap", "battery"},
	{"power.charge", "充电桩少、坏", "Too few or broken chargers", ""},
	{"power.swap", "换电柜打不开、没电池", "Swap cabinet", ""},
	{"power.cold", "冬天电掉得快", "Battery drains in the cold", ""},
	{"penalty", "超时、罚款、扣钱", "Late orders, fines, deductions", "slip"},
	{"penalty.late", "超时扣款", "Fined for being late", ""},
	{"penalty.ban", "封号", "Account blocked", ""},
	{"penalty.fraud", "被判虚假送达、刷单", "Accused of false delivery", ""},
	{"penalty.rule", "派单、路线规则", "Rules of orders and routes", ""},
	{"pay", "工钱没给", "Not paid", "pay"},
	{"pay.arrears", "欠薪", "Wages owed", ""},
	{"pay.short", "少发、克扣", "Paid too little", ""},
	{"pay.deposit", "押金、装备费不退", "Deposit not returned", ""},
	{"pay.contract", "没签合同、要补偿", "Contract, severance", ""},
	{"pay.insurance", "社保没交", "Social insurance", ""},
	{"injury", "受伤、出事", "Hurt, accident", "injury"},
	{"injury.order", "送单时受伤（职业伤害）", "Hurt while on an order", ""},
	{"injury.traffic", "交通事故", "Traffic accident", ""},
	{"injury.claim", "保险不赔", "Insurance will not pay", ""},
	{"rest", "吃饭、喝水、休息、上厕所", "Meals, water, rest, toilets", "rest"},
	{"rest.meal", "吃饭难", "Meals", ""},
	{"rest.water", "喝水难", "Water", ""},
	{"rest.sleep", "没地方歇", "Nowhere to rest", ""},
	{"rest.toilet", "上厕所难", "Toilets", ""},
	{TopicStation, "驿站的问题", "A station's trouble", "lamp"},
	{"station.locked", "驿站门没开", "Station locked", ""},
	{"station.fault", "驿站东西坏了", "Something broken", ""},
	{"station.service", "驿站服务不好", "Poor service", ""},
	{"station.more", "想在这儿建一个", "Build one here", ""},
	{"other", "别的事", "Something else", "more"},
	{"other.family", "家里有难处", "Hardship at home", ""},
	{"other.road", "路上的事", "On the road", ""},
	{"other.law", "想问法律", "A legal question", ""},
	{"other.mood", "心里难受", "Feeling low", ""},
	{"other.idea", "建议", "An idea", ""},
}
