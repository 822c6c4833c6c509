// Package member keeps who belongs to the union (会籍): from the application,
// through the approval, to a dated history that is never overwritten.
//
// A [Member] is a root of the group member. Somebody applies with a confirmed
// phone, a name, an occupation and, if they like, the number of their identity
// card; a cadre of the union whose area it is approves or refuses with a reason,
// within working days that are a dated row ([Rules]). One who is approved gets a
// number for life. What happens afterwards (a transfer to another union 接转,
// keeping the membership without work 保留会籍, leaving 退会, an end) adds a
// [Term] and ends the one before; no term is ever changed otherwise. Sources:
// 工会法 art. 3 and 10–16; 《工会会员会籍管理办法》 (2016) art. 3: "一次入会、动态接转".
//
// Nobody is a member twice: the phone and the identity number are guards, found
// by their blind index. Who shares a number, a name and a birthday, or a name within
// a county with somebody, who may have left, is a pair of package twin: shown to the
// cadre beside the other as a [Doubt], and decided by a person. Names are compared as
// [idcard.Fold] writes them.
//
// Name, phone and identity number are sealed. Lists show what a cadre must read
// to decide, phones and numbers masked.
//
// It announces [AppliedTo], [Joined], [Moved] and [Gone]; it needs the unions of
// areas ([Orgs]), the phone of an account ([People]) and the working days.
package member
