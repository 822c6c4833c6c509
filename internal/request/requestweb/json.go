package requestweb

import (
	"time"

	"nuanxin/internal/request"
)

// apiRequestPlace is where a matter is. Members of the API's answers are only ever added.
type apiRequestPlace struct {
	Text    string   `json:"text,omitempty" maxLength:"200" doc:"in words"`
	Lat     *float64 `json:"lat,omitempty"`
	Lng     *float64 `json:"lng,omitempty"`
	Datum   string   `json:"datum,omitempty" enum:"wgs84,gcj02,bd09" doc:"of lat and lng; wgs84 when absent"`
	Area    string   `json:"area,omitempty" maxLength:"12" doc:"division code"`
	Station string   `json:"station,omitempty" maxLength:"40" doc:"the station's id"`
}

// apiRequest is a request as its worker reads it.
type apiRequest struct {
	ID         request.ID      `json:"id"`
	Number     string          `json:"number"`
	Version    int64           `json:"version"`
	Status     request.Status  `json:"status" enum:"received,seen,dispatched,bounced,accepted,working,waiting_worker,answered,solved,unsolved,not_ours,withdrawn,merged"`
	Topic      string          `json:"topic,omitempty"`
	Title      string          `json:"title,omitempty" doc:"by the union's staff"`
	Words      string          `json:"words,omitempty"`
	Place      apiRequestPlace `json:"place"`
	What       string          `json:"what,omitempty" doc:"of a station's defect"`
	Hidden     bool            `json:"hidden" doc:"the worker is not named to platform and company"`
	Who        string          `json:"who,omitempty" doc:"the union's officer; absent before the first look"`
	Holders    []apiHolder     `json:"holders,omitempty" doc:"the bodies that have it now"`
	Question   string          `json:"question,omitempty" doc:"what the union asks the worker; the clocks wait"`
	By         *time.Time      `json:"by,omitempty" doc:"when the answer is due; absent while it waits or is finished, or when the calendar is not published"`
	Clocks     []apiClock      `json:"clocks"`
	Timeline   []apiStep       `json:"timeline" doc:"oldest first"`
	Files      []apiFile       `json:"files,omitempty"`
	Followers  int             `json:"followers,omitempty,omitzero" doc:"requests of others that were joined to this one"`
	MainStatus request.Status  `json:"main_status,omitempty" doc:"of the request that this one was joined to"`
	Sample     bool            `json:"sample,omitempty,omitzero" doc:"invented, for demonstration"`
	CreatedAt  time.Time       `json:"created_at"`
}

type apiHolder struct {
	Name     string                `json:"name"`
	State    request.DispatchState `json:"state"`
	Deadline *time.Time            `json:"deadline,omitempty"`
	Lead     bool                  `json:"lead,omitempty,omitzero"`
}

type apiClock struct {
	Name   string             `json:"name" enum:"look,sign,feedback,answer,reply"`
	Body   string             `json:"body,omitempty"`
	State  request.ClockState `json:"state" enum:"ok,soon,late,hold,done,unknown"`
	Due    *time.Time         `json:"due,omitempty"`
	Missed bool               `json:"missed" doc:"was over its limit at some time; never forgotten"`
}

type apiStep struct {
	Seq   int64             `json:"seq"`
	At    time.Time         `json:"at"`
	Kind  request.Kind      `json:"kind"`
	By    request.ActorKind `json:"by"`
	Name  string            `json:"name,omitempty" doc:"of who did it; a worker is never named"`
	Body  string            `json:"body,omitempty"`
	Words string            `json:"words,omitempty"`
	Until *time.Time        `json:"until,omitempty"`
	Fact  string            `json:"fact,omitempty"`
}

type apiFile struct {
	ID      request.AttachmentID `json:"id"`
	Seq     int64                `json:"seq" doc:"of the entry it came with"`
	Kind    request.FileKind     `json:"kind" enum:"photo,voice"`
	Seconds int                  `json:"seconds,omitempty,omitzero"`
}

func apiOf(own request.Own) apiRequest {
	a := apiRequest{ID: own.ID, Number: own.Number, Version: own.Version, Status: own.Status, Topic: own.Topic, Title: own.Title, Words: own.Words, What: own.What, Hidden: own.Hidden,
		Who: own.Who, Question: own.Waiting, By: moment(own.Clock.Due), Followers: own.Followers, MainStatus: own.MainStatus, Sample: own.Demo, CreatedAt: own.CreatedAt.UTC(),
		Place: apiRequestPlace{Text: own.Place.Text, Area: own.Place.Area, Station: own.Place.Station}, Clocks: []apiClock{}, Timeline: []apiStep{}}
	if own.Clock.State == request.ClockDone {
		a.By = nil
	}
	if pt := own.Place.Point; pt != nil {
		a.Place.Lat, a.Place.Lng, a.Place.Datum = &pt.Lat, &pt.Lng, "wgs84"
	}
	for _, h := range own.Holders {
		a.Holders = append(a.Holders, apiHolder{h.Name, h.State, moment(h.Deadline), h.Lead})
	}
	for _, c := range own.Clocks {
		a.Clocks = append(a.Clocks, apiClock{c.Name, c.BodyName, c.State, moment(c.Due), c.Missed})
	}
	for _, e := range own.Timeline {
		a.Timeline = append(a.Timeline, apiStep{e.Seq, e.At.UTC(), e.Kind, e.By, e.ByName, e.BodyName, e.Words, moment(e.Until), e.Fact})
	}
	for _, f := range own.Files {
		a.Files = append(a.Files, apiFile{f.ID, f.Seq, f.Kind, f.Seconds})
	}
	return a
}

// moment is nil for no time, so that the member is absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// apiOutcome is what became of a write.
type apiOutcome struct {
	ClientID string `json:"client_id"`
	State    string `json:"state" enum:"done,refused,unknown"`
	Action   string `json:"action,omitempty"`
	Code     string `json:"code,omitempty" doc:"of a refusal, as in problem documents"`
	Reason   string `json:"reason,omitempty" doc:"of a refusal, in the asker's language"`
}
