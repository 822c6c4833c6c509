package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nuanxin/internal/app/proof"
	"nuanxin/internal/app/tables"
	"nuanxin/internal/authz"
	"nuanxin/internal/blob"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Result is what one check looked at and found wrong.
type Result struct {
	Name  string   `json:"name"`
	Seen  int64    `json:"seen"`
	Wrong []string `json:"wrong"`
}

// CheckReport is the outcome of all checks.
type CheckReport struct {
	OK      bool     `json:"ok"`
	Results []Result `json:"results"`
	proof.Kept
}

// maxWrong is how many findings one check lists.
const maxWrong = 100

// check looks at one property of the data.
type check struct {
	name string
	run  func(ctx context.Context, tx *db.Tx) (seen int64, wrong []string, err error)
}

// Check proves that the data is whole, on a running system: everything is read
// in one snapshot. The anchors of earlier reports must still be there.
func Check(ctx context.Context, c Config, earlier ...proof.Line) (report CheckReport, err error) {
	if err := c.there(ctx); err != nil {
		return report, err
	}
	a, err := Open(ctx, c)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Check(ctx, earlier...)
}

// Check proves that the data of a running program is whole.
func (a *App) Check(ctx context.Context, earlier ...proof.Line) (report CheckReport, err error) {
	report.OK = true
	err = a.db.View(ctx, func(tx *db.Tx) error {
		for _, c := range a.checks(&report, earlier) {
			seen, wrong, err := c.run(ctx, tx)
			if err != nil {
				return fmt.Errorf("check %s: %w", c.name, err)
			}
			if len(wrong) > 0 {
				report.OK = false
			}
			if len(wrong) > maxWrong {
				wrong = append(wrong[:maxWrong], fmt.Sprintf("and %d more", len(wrong)-maxWrong))
			}
			report.Results = append(report.Results, Result{c.name, seen, append([]string{}, wrong...)})
		}
		return nil
	})
	return report, err
}

func (a *App) checks(report *CheckReport, earlier []proof.Line) []check {
	return []check{
		{"storage", checkStorage},
		{"tables", checkTables},
		{"audit chain", proof.Chains},
		{"audit anchors", func(ctx context.Context, tx *db.Tx) (seen int64, wrong []string, err error) {
			found, err := proof.Anchors(ctx, tx, a.anchorKey(), earlier)
			report.Kept = found.Kept
			return found.Seals, found.Wrong, err
		}},
		{"references", tables.References},
		{"undelivered events", a.checkOutbox},
		{"files", a.checkFiles},
		{"requests", a.checkRequests},
		{"stations", func(ctx context.Context, _ *db.Tx) (int64, []string, error) {
			return a.Stations.Check(authz.AsSystem(ctx, "check"))
		}},
	}
}

// checkRequests lets the domain hold its counters and clocks against its events.
func (a *App) checkRequests(ctx context.Context, tx *db.Tx) (seen int64, wrong []string, err error) {
	if err := tx.One(ctx, `select count(*) from request`, nil, &seen); err != nil {
		return 0, nil, err
	}
	wrong, err = a.Requests.Check(authz.AsSystem(ctx, "check"))
	return seen, wrong, err
}

func checkStorage(ctx context.Context, tx *db.Tx) (int64, []string, error) {
	wrong, err := tx.Integrity(ctx)
	return 1, wrong, err
}

// checkTables holds the catalogue against the list of tables.
func checkTables(ctx context.Context, tx *db.Tx) (int64, []string, error) {
	found, err := tx.Tables(ctx)
	return int64(len(found)), tables.Faults(found), err
}

func (a *App) checkOutbox(ctx context.Context, _ *db.Tx) (seen int64, wrong []string, err error) {
	waiting, stuck, err := a.worker.Backlog(ctx)
	for _, g := range op.Groups {
		seen += waiting[g]
		if stuck[g] > 0 {
			wrong = append(wrong, fmt.Sprintf("%d events of group %s were given up", stuck[g], g))
		}
	}
	return seen, wrong, err
}

// checkFiles reads every attachment's object and finds those that are missing
// or damaged.
func (a *App) checkFiles(ctx context.Context, tx *db.Tx) (seen int64, wrong []string, err error) {
	used, err := tables.Column(ctx, tx, "request_attachment", "blob")
	if err != nil {
		return 0, nil, err
	}
	thumbs, err := tables.Column(ctx, tx, "request_attachment", "thumb")
	pictures, err2 := a.Stations.Files(authz.AsSystem(ctx, "check"))
	if err := errors.Join(err, err2); err != nil {
		return 0, nil, err
	}
	for _, more := range []map[string]bool{thumbs, pictures} {
		for id := range more {
			used[id] = true
		}
	}
	for id := range used {
		seen++
		if err := a.blobs.Verify(ctx, blob.ID(id)); err != nil {
			wrong = append(wrong, id+": "+err.Error())
		}
	}
	slices.Sort(wrong)
	return seen, wrong, err
}
