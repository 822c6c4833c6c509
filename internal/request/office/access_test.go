package office_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

func TestWhoMayRead(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		ref := request.Ref{ID: r.ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		held := request.Ref{Number: r.Number, Secret: h.Secret(r.ID)}
		wrong := request.Ref{Number: r.Number, Secret: "abcdefghijklmnopqrstuvwxyz"}
		link := func(org, only string) context.Context {
			return authz.With(context.Background(), authz.Subject{ID: org, Kind: authz.Link, Name: "王科长", Grants: []authz.Grant{{Role: authz.Partner, Org: org}}, Only: only})
		}
		for _, test := range []struct {
			about                 string
			ctx                   context.Context
			ref                   request.Ref
			staff, worker, matter string
		}{
			{"the cadre", cadre(), ref, "ok", "denied", "denied"},
			{"a leader of the city", staff(other, "市领导", authz.Grant{Role: authz.Leader, Area: city}), ref, "ok", "denied", "denied"},
			{"a cadre of a sibling county", staff(other, "邻县", authz.Grant{Role: authz.Cadre, Area: sibling}), ref, "missing", "missing", "missing"},
			{"an administrator of the county", staff(other, "管理员", authz.Grant{Role: authz.Admin, Area: county}), ref, "missing", "missing", "missing"},
			{"the body", partner(street), ref, "denied", "denied", "ok"},
			{"the body by a link", link(street, string(r.ID)), ref, "denied", "denied", "ok"},
			{"the body by a link to something else", link(street, other), ref, "missing", "missing", "missing"},
			{"another body", partner(housing), ref, "missing", "missing", "missing"},
			{"a body that is called nothing", partner(""), ref, "missing", "missing", "missing"},
			{"the worker", worker(), ref, "denied", "ok", "denied"},
			{"another worker", authz.With(context.Background(), authz.Subject{ID: other, Kind: authz.Worker}), ref, "missing", "missing", "missing"},
			{"who holds the secret", context.Background(), held, "denied", "ok", "denied"},
			{"a stranger with the number", context.Background(), request.Ref{Number: r.Number}, "missing", "missing", "missing"},
			{"a stranger with a wrong secret", context.Background(), wrong, "missing", "missing", "missing"},
			{"a number that is not", cadre(), request.Ref{Number: "2026-1124-9999"}, "missing", "missing", "missing"},
			{"an id that is none", cadre(), request.Ref{ID: "x"}, "missing", "missing", "missing"},
		} {
			_, err1 := h.Case(test.ctx, test.ref)
			_, err2 := h.Progress(test.ctx, test.ref)
			_, err3 := h.Matter(test.ctx, test.ref)
			if a, b, c := code(err1), code(err2), code(err3); a != test.staff || b != test.worker || c != test.matter {
				h.t.Errorf("%s: staff's page %s, worker's %s, body's %s; want %s, %s, %s", test.about, a, b, c, test.staff, test.worker, test.matter)
			}
		}
	})
}

// TestWhoMayAct tries every act as everybody who has no part in it.
func TestWhoMayAct(t *testing.T) {
	each(t, func(h *house) {
		strangers := map[string]context.Context{
			"nobody": context.Background(), "another worker": authz.With(context.Background(), authz.Subject{ID: other, Kind: authz.Worker}),
			"a sibling's cadre": staff(other, "邻县", authz.Grant{Role: authz.Cadre, Area: sibling}), "another body": partner(housing), "another host": hostOf(other),
			"an administrator": staff(other, "管理员", authz.Grant{Role: authz.Admin, Area: ""}),
		}
		ref := h.reach(request.StatusAccepted)
		o, say := request.Ref{ID: h.capture().ID}, request.Say{Words: "x"}
		acts := map[string]func(ctx context.Context) (request.Receipt, error){
			"add": func(ctx context.Context) (request.Receipt, error) { return h.Add(ctx, ref, say) }, "chase": func(ctx context.Context) (request.Receipt, error) { return h.Chase(ctx, ref) },
			"solved": func(ctx context.Context) (request.Receipt, error) { return h.Solved(ctx, ref) }, "withdraw": func(ctx context.Context) (request.Receipt, error) { return h.Withdraw(ctx, ref) },
			"unsolved": func(ctx context.Context) (request.Receipt, error) { return h.Unsolved(ctx, ref, "", say) }, "reply": func(ctx context.Context) (request.Receipt, error) { return h.Reply(ctx, ref, say) },
			"look": func(ctx context.Context) (request.Receipt, error) { return h.Look(ctx, ref) }, "assign": func(ctx context.Context) (request.Receipt, error) { return h.Assign(ctx, ref, liu, "刘婷") },
			"classify": func(ctx context.Context) (request.Receipt, error) { return h.Classify(ctx, ref, request.Class{}) },
			"dispatch": func(ctx context.Context) (request.Receipt, error) { return h.Dispatch(ctx, ref, h.task(fire)) },
			"recall":   func(ctx context.Context) (request.Receipt, error) { return h.Recall(ctx, ref, "", "x") },
			"tell":     func(ctx context.Context) (request.Receipt, error) { return h.Tell(ctx, ref, msg("x")) }, "answer": func(ctx context.Context) (request.Receipt, error) { return h.Answer(ctx, ref, msg("x")) },
			"ask": func(ctx context.Context) (request.Receipt, error) { return h.Ask(ctx, ref, msg("x")) }, "note": func(ctx context.Context) (request.Receipt, error) { return h.Note(ctx, ref, msg("x")) },
			"merge": func(ctx context.Context) (request.Receipt, error) { return h.Merge(ctx, ref, "", o.ID) }, "unmerge": func(ctx context.Context) (request.Receipt, error) { return h.Unmerge(ctx, ref, "") },
			"not ours": func(ctx context.Context) (request.Receipt, error) { return h.NotOurs(ctx, ref, "x", "1", "") }, "raise": func(ctx context.Context) (request.Receipt, error) { return h.Raise(ctx, ref, "x") },
			"open": func(ctx context.Context) (request.Receipt, error) { return h.Open(ctx, ref, "") }, "sign": func(ctx context.Context) (request.Receipt, error) { return h.Sign(ctx, ref, "", "") },
			"bounce": func(ctx context.Context) (request.Receipt, error) { return h.Bounce(ctx, ref, "", "x", "y") },
			"work":   func(ctx context.Context) (request.Receipt, error) { return h.Work(ctx, ref, "", msg("x"), time.Time{}) },
			"report": func(ctx context.Context) (request.Receipt, error) { return h.Report(ctx, ref, "", msg("x")) }, "fixed": func(ctx context.Context) (request.Receipt, error) { return h.Fixed(ctx, ref, msg("x")) },
			"reveal": func(ctx context.Context) (request.Receipt, error) {
				_, err := h.Reveal(op.With(ctx, op.Call{Purpose: "call"}), ref)
				return request.Receipt{}, err
			},
		}
		before, err := h.Case(cadre(), ref)
		if err != nil {
			h.t.Fatal(err)
		}
		for name, act := range acts {
			for who, ctx := range strangers {
				if _, err := act(ctx); !fault.Is(err, fault.Missing) {
					h.t.Errorf("%s by %s = %v, want missing", name, who, err)
				}
			}
		}
		parts := map[string]struct {
			ctx  context.Context
			mine string
		}{
			"the worker": {worker(), "add chase solved withdraw unsolved reply"},
			"the body":   {partner(street), "open sign bounce work report"},
		}
		for who, part := range parts {
			for name, act := range acts {
				if !strings.Contains(" "+part.mine+" ", " "+name+" ") {
					if _, err := act(part.ctx); !fault.Is(err, fault.Denied) {
						h.t.Errorf("%s by %s = %v, want denied", name, who, err)
					}
				}
			}
		}
		if after, _ := h.Case(cadre(), ref); after.Version != before.Version {
			h.t.Errorf("refused acts left %d entries", after.Version-before.Version)
		}
	})
}

// TestBodyNeverSeesThePerson plants the worker's name, phone and words, and looks
// for them in everything that a body can get.
func TestBodyNeverSeesThePerson(t *testing.T) {
	each(t, func(h *house) {
		files := []request.File{{Kind: request.Voice, Blob: "voice-1", Size: 9}, {Kind: request.Photo, Blob: "photo-1", Thumb: "thumb-1", Size: 9}}
		r := h.captured(worker(), request.Draft{Words: canaryWords, Topic: "pay.arrears", Phone: canaryPhone, PhoneOK: true, Files: files, Place: request.Place{Text: "示例站点", Area: county}})
		ref := request.Ref{ID: r.ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		fresh, err := h.Case(cadre(), ref)
		if err != nil {
			h.t.Fatal(err)
		}
		h.free("the staff's page", fresh, canaryPhone, canaryName)
		h.must(h.Note(cadre(), ref, msg("内部："+canaryName)))
		h.must(h.Tell(cadre(), ref, msg(canaryName+"师傅，在问了")))
		h.must(h.Add(worker(), ref, request.Say{Words: "我是" + canaryName}))
		h.must(h.Ask(cadre(), ref, msg("电话是"+canaryPhone+"吗")))
		h.must(h.Reply(worker(), ref, request.Say{Words: canaryPhone}))
		c, err := h.Case(cadre(), ref)
		if err != nil {
			h.t.Fatal(err)
		}
		if !c.Hidden {
			h.t.Error("a worker with a complaint about pay is not hidden by default")
		}
		voice, photo := c.Files[0], c.Files[1]
		if voice.Kind != request.Voice {
			voice, photo = photo, voice
		}
		if _, err := h.Release(cadre(), ref, voice.ID, true); fault.Of(err).Msg != "request.release.voice" {
			h.t.Errorf("releasing a hidden worker's voice = %v", err)
		}
		if _, err := h.Attachment(partner(street), ref, photo.ID); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body got a photo that nobody released: %v", err)
		}
		h.must(h.Release(cadre(), ref, photo.ID, true))
		if _, err := h.Attachment(partner(street), ref, photo.ID); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body got a photo that the worker did not agree to: %v", err)
		}
		h.spoil(`insert into request_share (request_id, seq, given, at, way, body_id, bodies, contact, kinds, by_name) select request_id, 1, $1, 1, 'page', body_id, '', '', 'photo,voice', '' from request_dispatch`)
		if a, err := h.Attachment(partner(street), ref, photo.ID); err != nil || a.Blob != "photo-1" {
			h.t.Errorf("a released photo = %+v, %v", a, err)
		}
		if _, err := h.Attachment(partner(street), ref, voice.ID); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body got the voice: %v", err)
		}
		for who, ctx := range map[string]context.Context{"the worker": worker(), "the cadre": cadre()} {
			if _, err := h.Attachment(ctx, ref, voice.ID); err != nil {
				h.t.Errorf("%s may not hear the voice: %v", who, err)
			}
		}
		h.must(h.Work(partner(street), ref, "", msg("在核实"), time.Time{}))
		m, err := h.Matter(partner(street), ref)
		if err != nil {
			h.t.Fatal(err)
		}
		rows, err := h.BodyList(partner(street))
		if err != nil || len(rows) != 1 || len(m.Files) != 1 || m.Dispatches[0].Task == "" {
			h.t.Errorf("the body's pages: %+v, %+v, %v", rows, m, err)
		}
		for about, v := range map[string]any{"matter": m, "list": rows} {
			h.free(about, v, canaryName, canaryPhone, "绕六百多米", "陈", chen, "voice-1", "内部")
		}
		if _, err := h.Reveal(cadre(), ref); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("revealing without a purpose = %v", err)
		}
		who, err := h.Reveal(op.With(cadre(), op.Call{Purpose: "回电话"}), ref)
		if err != nil || who.Name != canaryName || who.Phone != canaryPhone {
			h.t.Errorf("reveal = %+v, %v", who, err)
		}
		if own, err := h.Progress(worker(), ref); err != nil || strings.Contains(fmt.Sprintf("%+v", own), "内部") {
			h.t.Errorf("the worker reads the internal note: %v", err)
		}
		e, err := h.Export(op.With(cadre(), op.Call{Purpose: "月报"}), request.Filter{Group: request.GroupAll, Area: county})
		if err != nil || len(e.Rows) != 1 {
			h.t.Errorf("export = %+v, %v", e, err)
		}
		h.free("export", e, canaryName, canaryPhone, "绕六百多米", "示例站点")
	})
}

// free fails the test when v shows any of words.
func (h *house) free(about string, v any, words ...string) {
	h.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, w := range words {
		if text := string(data) + fmt.Sprintf("%+v", v); strings.Contains(text, w) {
			i := strings.Index(text, w)
			h.t.Errorf("%s shows %q: …%s…", about, w, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// TestSealedOnDisk looks for what people wrote in the database's own file.
func TestSealedOnDisk(t *testing.T) {
	each(t, func(h *house) {
		if h.db.Name() != "sqlite" {
			h.t.Skip("PostgreSQL keeps its files to itself; what is bound is the same")
		}
		r := h.captured(op.With(worker(), op.Call{ClientID: other, Digest: "d"}), request.Draft{Words: canaryWords, Name: canaryName, Phone: canaryPhone, Place: request.Place{Text: "锦绣家园金丝雀门", Area: county}})
		ref := request.Ref{ID: r.ID}
		h.must(h.Dispatch(cadre(), ref, request.Task{Body: street, Words: "任务金丝雀", Deadline: h.clk.Now().Add(time.Hour)}))
		h.must(h.Bounce(partner(street), ref, "", "理由金丝雀", "建议金丝雀"))
		h.must(h.Note(cadre(), ref, msg("内部金丝雀")))
		h.must(h.Answer(cadre(), ref, msg("答复金丝雀")))
		h.must(h.Unsolved(worker(), ref, "same", request.Say{Words: "没解决金丝雀"}))
		heard := "语音金丝雀"
		h.must(h.Classify(cadre(), ref, request.Class{Heard: &heard}))
		secret := h.Secret(r.ID)
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(h.db.URL() + suffix)
			if err != nil && suffix == "" {
				h.t.Fatal(err)
			}
			for _, w := range []string{"金丝雀", canaryPhone, "六百多米", "电动车", secret} {
				if bytes.Contains(data, []byte(w)) {
					h.t.Errorf("%q lies open in the database%s", w, suffix)
				}
			}
			if suffix == "" && !bytes.Contains(data, []byte("request_event")) {
				if wal, err := os.ReadFile(h.db.URL() + "-wal"); err != nil || !bytes.Contains(wal, []byte("request_event")) {
					h.t.Error("this is not the file that was written")
				}
			}
		}
	})
}
