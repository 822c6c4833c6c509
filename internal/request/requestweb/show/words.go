package show

import (
	"context"
	"strings"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Topic names a topic; an empty or unknown code is a topic nobody chose.
func Topic(ctx context.Context, code string) string {
	topic, ok := request.TopicOf(code)
	switch {
	case !ok:
		return t(ctx, "topic.none")
	case web.Lang(ctx) == "en":
		return topic.EN
	}
	return topic.ZH
}

// TopicIcon is the icon of a topic or of the one above it.
func TopicIcon(code string) string {
	top, _, _ := strings.Cut(code, ".")
	switch top {
	case "gate":
		return "door"
	case "power":
		return "battery"
	case "penalty":
		return "scale"
	case "pay":
		return "yuan"
	case "injury":
		return "aidkit"
	case "rest":
		return "bowl"
	case request.TopicStation:
		return "lamp"
	}
	return "more"
}

// TopicOptions are the eight kinds for workers as tiles, in words short enough
// for one line of a tile.
func TopicOptions(ctx context.Context, on string) []ui.Option {
	var all []ui.Option
	for _, topic := range request.Topics() {
		all = append(all, ui.Option{Value: topic.Code, Text: t(ctx, "tile."+topic.Code), Icon: TopicIcon(topic.Code), On: topic.Code == on})
	}
	return all
}

// What says a station's defect by its code.
func What(ctx context.Context, code string) string {
	if key := "request.what." + code; web.HasText(ctx, key) {
		return web.T(ctx, key)
	}
	return web.T(ctx, "request.what.other")
}

// About names the matter in a few words: the staff's title, else the station's
// defect, else the topic.
func About(ctx context.Context, title, what, topic string) string {
	switch {
	case title != "":
		return title
	case what != "" && what != request.WhatOther:
		return What(ctx, what)
	}
	return Topic(ctx, topic)
}

// State is what the words of a status may need.
type State struct {
	Status request.Status
	Who    string // the officer, or who the matter belongs to
	Body   string // the body that has it or sent it back
}

// Status says a state in the reader's words.
func Status(ctx context.Context, r Reader, s State) string {
	if r != Worker {
		return t(ctx, "desk."+string(s.Status))
	}
	key := "status." + string(s.Status)
	switch s.Status {
	case request.StatusSeen, request.StatusNotOurs:
		if s.Who == "" {
			return t(ctx, key)
		}
		return t(ctx, key+".by", "Who", s.Who)
	case request.StatusDispatched, request.StatusBounced, request.StatusAccepted, request.StatusWorking:
		if s.Body == "" {
			return t(ctx, key)
		}
		return t(ctx, key+".by", "Body", s.Body)
	}
	return t(ctx, key)
}

// StatusLook is the tone and the icon of a state.
func StatusLook(s request.Status) (ui.Tone, string) {
	switch s {
	case request.StatusReceived:
		return ui.Ice, "inbox"
	case request.StatusSeen:
		return ui.Ice, "eye"
	case request.StatusDispatched, request.StatusAccepted, request.StatusWorking:
		return ui.Ember, "building"
	case request.StatusBounced, request.StatusUnsolved:
		return ui.Amber, "reply"
	case request.StatusWaiting:
		return ui.Amber, "chat"
	case request.StatusAnswered:
		return ui.Lit, "chat"
	case request.StatusSolved:
		return ui.Pine, "check"
	case request.StatusMerged:
		return ui.Plain, "merge"
	case request.StatusNotOurs:
		return ui.Plain, "swap"
	}
	return ui.Plain, "x"
}

// Reason says why a matter is not solved.
func Reason(ctx context.Context, code string) string {
	if !request.Reason(code).Known() {
		return ""
	}
	return t(ctx, "reason."+code)
}

// Handing says the state of a matter in a body's hands.
func Handing(ctx context.Context, s request.DispatchState) string {
	return t(ctx, "handing."+string(s))
}
