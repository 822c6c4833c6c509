// Package tables lists the program's tables, by group and shard key, and proves
// of a database what follows from the list alone: that it has these tables and
// no others, with keys that let them be distributed, and that no id in them
// names nothing.
package tables

import (
	"slices"

	"nuanxin/internal/request/record"
)

// table is one table of the program: the group that it is stored with and its
// shard key, with which its primary key begins. On Citus a group's tables are
// distributed by that key and kept together; tables of the group "reference" are
// whole on every node; guards hold values that are unique by nature.
type table struct {
	Name  string
	Group string
	Key   string
	Refs  map[string]string // columns that hold ids of other rows: the table they name

	Sealed []string // columns that the key ring sealed
	Row    []string // columns that name the row in a sealed value's place, joined by "/"; nil: Key
	Boxed  string   // the table whose column data_key, under the same Key, has the data key that these are sealed with; empty: the ring sealed them

	Said map[string]string // columns that hold what a worker said, under the key in the column said_key of Boxed: the rows of which that is true, as a condition; of the others the ring sealed them
}

// reference is the group of tables that are small, read everywhere and changed
// rarely.
const reference = "reference"

// always is true of every row.
const always = "1 = 1"

func (t table) reference() bool { return t.Group == reference }

// all lists every table. `nuanxin check` and a test hold it against the
// catalogues of both databases.
var all = slices.Concat([]table{
	{Name: "act", Group: "act", Key: "client_id"},
	{Name: "audit_anchor", Group: "anchor", Key: "name"},
	{Name: "lease", Group: reference, Key: "name"},
	{Name: "schedule", Group: reference, Key: "name"},

	{Name: "org", Group: "org", Key: "org_id", Refs: map[string]string{"parent_id": "org", "into_id": "org"}, Sealed: []string{"contact"}},
	{Name: "org_closure", Group: "org", Key: "org_id", Refs: map[string]string{"ancestor_id": "org"}},
	{Name: "org_duty", Group: "org", Key: "org_id"},
	{Name: "org_past", Group: "org", Key: "org_id", Refs: map[string]string{"parent_id": "org"}},
	{Name: "org_link", Group: "org", Key: "org_id", Refs: map[string]string{"to_id": "org"}},
	{Name: "org_founding", Group: "org", Key: "founding_id", Refs: map[string]string{"parent_id": "org", "org_id": "org"}, Sealed: []string{"chair"}},
	{Name: "org_tenure", Group: "org", Key: "org_id"},
	{Name: "org_post", Group: "org", Key: "org_id", Sealed: []string{"name"}, Row: []string{"org_id", "seq", "no"}},
	{Name: "org_rule", Group: reference, Key: "name"},
	{Name: "org_approval", Group: "org", Key: "org_id"},
	{Name: "org_import", Group: "import", Key: "import_id"},
	{Name: "org_import_row", Group: "import", Key: "import_id", Sealed: []string{"person"}, Row: []string{"import_id", "seq"}},
	{Name: "org_cover", Group: reference, Key: "area", Row: []string{"area", "what", "key"}},
	{Name: "org_counted", Group: reference, Key: "name"},
	{Name: "firm", Group: reference, Key: "firm_id"},
	{Name: "firm_name", Group: "guard", Key: "name", Refs: map[string]string{"firm_id": "firm"}},
	{Name: "firm_branch", Group: "org", Key: "branch_id", Refs: map[string]string{"firm_id": "firm", "union_id": "org"}},
	{Name: "firm_fact", Group: "org", Key: "branch_id"},

	{Name: "person", Group: "person", Key: "person_id", Refs: map[string]string{"org_id": "org"}, Sealed: []string{"data_key", "sealed", "phone"}, Boxed: "person"},
	{Name: "person_password", Group: "person", Key: "person_id"},
	{Name: "person_password_old", Group: "person", Key: "person_id"},
	{Name: "person_factor", Group: "person", Key: "person_id", Sealed: []string{"sealed"}},
	{Name: "person_passkey", Group: "person", Key: "person_id", Sealed: []string{"public_key"}, Row: []string{"person_id", "credential"}},
	{Name: "person_passkey_id", Group: "guard", Key: "credential", Refs: map[string]string{"person_id": "person"}},
	{Name: "account_provider", Group: "person", Key: "provider_id", Refs: map[string]string{"org_id": "org"}, Sealed: []string{"secret"}},
	{Name: "account_provider_draft", Group: "person", Key: "draft_id", Refs: map[string]string{"org_id": "org"}, Sealed: []string{"secret"}},
	{Name: "person_provider", Group: "person", Key: "person_id", Refs: map[string]string{"provider_id": "account_provider"}},
	{Name: "person_provider_subject", Group: "guard", Key: "subject", Refs: map[string]string{"person_id": "person", "provider_id": "account_provider"}},
	{Name: "person_wechat", Group: "person", Key: "person_id"},
	{Name: "person_wechat_id", Group: "guard", Key: "openid", Refs: map[string]string{"person_id": "person"}},
	{Name: "person_recovery", Group: "person", Key: "person_id"},
	{Name: "person_phone_change", Group: "person", Key: "person_id", Refs: map[string]string{"by_id": "person"}, Sealed: []string{"old", "new", "note"}, Row: []string{"change_id"}, Boxed: "person"},
	{Name: "person_side", Group: "person", Key: "person_id"},
	{Name: "audit_check_open", Group: "guard", Key: "name", Refs: map[string]string{"check_id": "audit_check"}},
	{Name: "audit_check", Group: "check", Key: "check_id", Refs: map[string]string{"by_id": "person"}},
	{Name: "person_grant", Group: "person", Key: "person_id", Refs: map[string]string{"org_id": "org"}},
	{Name: "person_erased", Group: "person", Key: "person_id"},
	{Name: "person_erase_waits", Group: "person", Key: "person_id", Refs: map[string]string{"person_id": "person"}},
	{Name: "person_login", Group: "guard", Key: "login", Refs: map[string]string{"person_id": "person"}},
	{Name: "person_phone", Group: "guard", Key: "phone", Refs: map[string]string{"person_id": "person"}},
	{Name: "account_session", Group: "session", Key: "hash", Refs: map[string]string{"person_id": "person", "org_id": "org", "only_id": "request"}},
	{Name: "account_half", Group: "session", Key: "hash", Refs: map[string]string{"person_id": "person"}},
	{Name: "account_held", Group: "session", Key: "hash", Refs: map[string]string{"person_id": "person"}},
	{Name: "account_invite", Group: "session", Key: "hash", Refs: map[string]string{"person_id": "person", "provider_id": "account_provider"}},
	{Name: "account_begun", Group: "session", Key: "hash"},
	{Name: "account_code", Group: "code", Key: "phone"},
	{Name: "account_sms", Group: "code", Key: "phone"},
	{Name: "account_rate", Group: "rate", Key: "key"},
	{Name: "account_throttle", Group: "rate", Key: "key"},
	{Name: "account_known", Group: "guard", Key: "login"},
	{Name: "account_limit", Group: reference, Key: "name"},

	{Name: "station", Group: "station", Key: "station_id", Refs: map[string]string{"host_id": "org"}},
	{Name: "station_code", Group: "guard", Key: "code", Refs: map[string]string{"station_id": "station"}},
	{Name: "station_gram", Group: "station", Key: "station_id"},
	{Name: "station_name", Group: "station", Key: "station_id"},
	{Name: "station_day", Group: "station", Key: "station_id"},
	{Name: "station_report", Group: "station", Key: "station_id"},
	{Name: "station_change", Group: "station", Key: "station_id"},
	{Name: "station_counter", Group: reference, Key: "name"},
	{Name: "station_import", Group: "import", Key: "import_id"},
	{Name: "station_import_row", Group: "import", Key: "import_id"},
	{Name: "station_next", Group: "import", Key: "import_id"},
	{Name: "station_work", Group: "import", Key: "import_id"},

	{Name: "request", Group: "request", Key: "request_id", Refs: map[string]string{"union_id": "org", "station_id": "station", "owner_id": "person", "officer_id": "person", "merged_into": "request"},
		Sealed: []string{"said_key", "data_key", "source", "words", "heard", "place", "name", "phone"}, Boxed: "request",
		Said: map[string]string{"source": always, "words": always, "heard": always, "place": "station_id is null"}},
	{Name: "request_number", Group: "guard", Key: "number", Refs: map[string]string{"request_id": "request"}},
	{Name: "request_day", Group: "guard", Key: "day"},
	{Name: "request_event", Group: "request", Key: "request_id", Sealed: []string{"words"}, Row: []string{"request_id", "seq"}, Boxed: "request", Said: map[string]string{"words": record.SaidRows}},
	{Name: "request_dispatch", Group: "request", Key: "request_id", Refs: map[string]string{"body_id": "org"},
		Sealed: []string{"task", "reason", "suggest"}, Row: []string{"dispatch_id"}},
	{Name: "request_attachment", Group: "request", Key: "request_id", Sealed: []string{"data_key"}, Row: []string{"blob"}}, // the files themselves are no column
	{Name: "request_gram", Group: "request", Key: "request_id"},
	{Name: "request_follow", Group: "request", Key: "request_id", Refs: map[string]string{"follower_id": "request"}},
	{Name: "request_example", Group: "request", Key: "request_id", Refs: map[string]string{"person_id": "person", "by_id": "person"}, Sealed: []string{"what", "done"}, Row: []string{"request_id", "example_id"}},
	{Name: "request_share", Group: "request", Key: "request_id", Refs: map[string]string{"body_id": "org"}},
	{Name: "request_policy", Group: reference, Key: "policy_id"},
	{Name: "request_phrase", Group: reference, Key: "phrase_id"},

	{Name: "member", Group: "member", Key: "member_id", Refs: map[string]string{"person_id": "person", "union_id": "org", "to_id": "org", "merged_into": "member"},
		Sealed: []string{"data_key", "name", "phone", "document", "born", "before"}, Boxed: "member"},
	{Name: "member_term", Group: "member", Key: "member_id", Refs: map[string]string{"union_id": "org"}},
	{Name: "member_tie", Group: "member", Key: "member_id", Refs: map[string]string{"org_id": "org"}},
	{Name: "member_work", Group: "member", Key: "member_id", Refs: map[string]string{"firm_id": "firm", "station_id": "station"}},
	{Name: "member_twin", Group: "member", Key: "member_id", Refs: map[string]string{"other_id": "member"}},
	{Name: "member_merge", Group: "member", Key: "member_id", Refs: map[string]string{"kept_id": "member"}},
	{Name: "member_consent", Group: "member", Key: "member_id"},
	{Name: "member_told", Group: "member", Key: "member_id"},
	{Name: "member_half", Group: "person", Key: "person_id", Sealed: []string{"data_key", "form"}, Boxed: "member_half"},
	{Name: "member_code", Group: "member", Key: "member_id"},
	{Name: "member_realname", Group: "member", Key: "member_id"},
	{Name: "member_realname_day", Group: "guard", Key: "day"},
	{Name: "member_gap", Group: "member", Key: "member_id", Refs: map[string]string{"union_id": "org"}},
	{Name: "member_import", Group: "import", Key: "import_id", Refs: map[string]string{"union_id": "org"}},
	{Name: "member_import_row", Group: "import", Key: "import_id", Sealed: []string{"sealed"}, Row: []string{"import_id", "seq"}},
	{Name: "member_phone", Group: "guard", Key: "phone", Refs: map[string]string{"member_id": "member"}},
	{Name: "member_document", Group: "guard", Key: "document", Refs: map[string]string{"member_id": "member"}},
	{Name: "member_number", Group: "guard", Key: "number", Refs: map[string]string{"member_id": "member"}},
	{Name: "member_count", Group: "guard", Key: "series"},
	{Name: "member_rule", Group: reference, Key: "name"},

	{Name: "consent", Group: "person", Key: "person_id"},
	{Name: "consent_guardian", Group: "person", Key: "child_id", Sealed: []string{"name"}, Row: []string{"child_id", "seq"}},
	{Name: "consent_ward", Group: "person", Key: "child_id", Refs: map[string]string{"guardian_id": "person"}, Sealed: []string{"data_key", "name", "born"}, Boxed: "consent_ward"},
	{Name: "consent_ward_purpose", Group: reference, Key: "purpose"},
	{Name: "consent_stop", Group: reference, Key: "person_id"},
	{Name: "consent_purpose", Group: reference, Key: "purpose"},
	{Name: "consent_rule", Group: reference, Key: "name"},

	{Name: "hold", Group: "person", Key: "hold_id", Sealed: []string{"reason", "end_why"}},
	{Name: "hold_step", Group: "person", Key: "hold_id", Sealed: []string{"reason"}, Row: []string{"hold_id", "seq"}},
	{Name: "hold_now", Group: reference, Key: "subject_id", Refs: map[string]string{"hold_id": "hold"}},
	{Name: "hold_basis", Group: reference, Key: "basis"},
	{Name: "hold_rule", Group: reference, Key: "name"},

	{Name: "breach", Group: "person", Key: "breach_id", Sealed: []string{"what", "notice", "report", "lessons"}},
	{Name: "breach_step", Group: "person", Key: "breach_id", Sealed: []string{"words"}, Row: []string{"breach_id", "seq"}},
	{Name: "breach_person", Group: "person", Key: "breach_id", Sealed: []string{"person"}, Row: []string{"breach_id", "mark"}},
	{Name: "breach_list", Group: "person", Key: "list_id", Sealed: []string{"listed"}},
	{Name: "breach_rule", Group: reference, Key: "name"},

	{Name: "assess", Group: "person", Key: "assess_id", Refs: map[string]string{"prior_id": "assess", "next_id": "assess"}, Sealed: []string{"words", "end_why"}},
	{Name: "assess_saved", Group: "person", Key: "assess_id", Sealed: []string{"words"}, Row: []string{"assess_id", "version"}},
	{Name: "assess_case", Group: reference, Key: "code"},
	{Name: "assess_rule", Group: reference, Key: "name"},

	{Name: "rights_hand", Group: "person", Key: "ask_id", Refs: map[string]string{"from_id": "org", "to_id": "org"}},
	{Name: "rights_ask", Group: "person", Key: "ask_id", Refs: map[string]string{"person_id": "person", "union_id": "org"}, Sealed: []string{"data_key", "words", "name", "phone", "answer", "wanted", "was"}, Boxed: "rights_ask"},
	{Name: "rights_kin", Group: "person", Key: "ask_id", Refs: map[string]string{"ask_id": "rights_ask", "person_id": "person", "by_id": "person"}},
	{Name: "rights_forget_wait", Group: "person", Key: "ask_id", Refs: map[string]string{"ask_id": "rights_ask"}},
	{Name: "rights_rule", Group: reference, Key: "name"},
	{Name: "retain_run", Group: "person", Key: "run_id"},
	{Name: "retain_least", Group: reference, Key: "name"},
	{Name: "retain_rule", Group: reference, Key: "name"},

	{Name: "calendar_year", Group: reference, Key: "revision", Refs: map[string]string{"by_id": "person"}},
}, traces(groups...))

// groups are those that have an audit chain and an outbox.
var groups = []string{"member", "org", "person", "request", "station"}

// traces are the tables of the audit chain and the outbox of each group.
func traces(groups ...string) (list []table) {
	for _, g := range groups {
		for _, name := range []string{"_audit", "_audit_head", "_outbox"} {
			list = append(list, table{Name: g + name, Group: g, Key: "root_id"})
		}
	}
	return list
}

// ref is one column that holds ids of another table.
type ref struct{ from, column, to, toKey string }

// references lists the columns that hold ids of rows of other tables.
func references() (list []ref) {
	key := map[string]string{}
	for _, t := range all {
		key[t.Name] = t.Key
	}
	for _, t := range all {
		for column, to := range t.Refs {
			list = append(list, ref{t.Name, column, to, key[to]})
		}
	}
	return list
}
