package intake_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

type posts []work.Post

func (p posts) Near(context.Context, *op.Tx, string) ([]work.Post, error) { return p, nil }

func (p posts) Some(context.Context, *op.Tx, []string) ([]work.Post, error) { return p, nil }

// A list names stations of ours by their names. What is none stays a platform's depot, and
// in the column of ours it is said that there is none.
func TestStationsOfOurs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ours := posts{{ID: "0192b0c0-0000-7000-8000-000000000001", Name: "城东驿站", Open: true}}
		w.members = member.NewService(w.desk, member.Config{Ring: w.ring, Orgs: w.phones, People: w.phones, Posts: ours})
		w.Service = intake.New(w.desk, w.members, w.phones, w.ring)
		which := w.upload(cadre, "姓名,手机号,所属平台,站点,工会驿站\n甲示例,13800000001,甲达,城东站,城东驿站\n乙示例,13800000002,,城东驿站,\n丙示例,13800000003,,,城西驿站\n丁示例,13800000004,丁达,城南站,\n戊示例,13800000005,,城北站,\n")
		page, err := w.Lines(cadre, which, "", 1, 10)
		w.must(err)
		var got []string
		for _, l := range page.Lines {
			got = append(got, strings.Join([]string{l.Name, string(l.Action), l.Why, l.Station, l.Post, l.Note}, " "))
		}
		if want := "甲示例 add  城东站 城东驿站 , 乙示例 add   城东驿站 , 丙示例 add   城西驿站 no_post, 丁示例 add  城南站  depot, 戊示例 refuse station 城北站  "; strings.Join(got, ", ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
		}
		w.must(w.Start(cadre, which, false))
		all, err := roll.New(w.desk, w.members).List(cadre, roll.Filter{})
		w.must(err)
		got = nil
		for _, r := range all.Rows {
			m, err := roll.New(w.desk, w.members).Get(cadre, r.ID)
			w.must(err)
			for _, one := range m.Worked {
				got = append(got, strings.TrimSpace(m.Name+" "+one.Name+" "+one.Station))
			}
		}
		slices.Sort(got)
		if want := "丁示例 丁达 城南站, 乙示例 城东驿站, 甲示例 城东驿站, 甲示例 甲达 城东站"; strings.Join(got, ", ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
		}
	})
}
