package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// Display is how a reader wants pages to look; it lives in cookies, so that the
// first byte of a page is already right.
type Display struct {
	Theme    string // light, dark, auto
	Contrast string // normal, high (sunlight)
	Size     string // m, l, xl, xxl
	Lang     string // zh-CN, en
}

// Languages are the languages that every catalogue must have; the first is the default.
func Languages() []string { return []string{"zh-CN", "en"} }

// choices are the values that each setting may have, the default first.
func choices(setting string) []string {
	switch setting {
	case "theme":
		return []string{"light", "dark", "auto"}
	case "contrast":
		return []string{"normal", "high"}
	case "size":
		return []string{"m", "l", "xl", "xxl"}
	case "lang":
		return Languages()
	}
	return nil
}

func pick(setting, value string) string {
	c := choices(setting)
	if slices.Contains(c, value) {
		return value
	}
	return c[0]
}

func (d Display) clean() Display {
	return Display{pick("theme", d.Theme), pick("contrast", d.Contrast), pick("size", d.Size), pick("lang", d.Lang)}
}

func displayOf(r *http.Request) Display {
	d := Display{cookie(r, "theme"), cookie(r, "contrast"), cookie(r, "size"), cookie(r, "lang")}
	if d.Lang == "" {
		d.Lang = acceptedLanguage(r.Header.Get("Accept-Language"))
	}
	return d.clean()
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// acceptedLanguage returns the first language of the header that we speak.
// Browsers list them by preference; weights only repeat that order.
func acceptedLanguage(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
		case "zh":
			return "zh-CN"
		case "en":
			return "en"
		}
	}
	return Languages()[0]
}

// DisplayOf returns the reader's settings.
func DisplayOf(ctx context.Context) Display {
	if s := stateOf(ctx); s != nil {
		return s.display
	}
	return Display{}.clean()
}

// Lang returns the reader's language, zh-CN or en.
func Lang(ctx context.Context) string {
	if s := stateOf(ctx); s != nil {
		return orDefault(s.lang)
	}
	return orDefault("")
}

func orDefault(lang string) string {
	if lang == "" {
		return Languages()[0]
	}
	return lang
}

// SettingsRoutes takes the forms that change the display: any of theme,
// contrast, size and lang, and "back", a path of ours to return to.
func SettingsRoutes() []Route {
	return []Route{{
		Method: http.MethodPost, Pattern: "/settings/display", Action: "web.display", Purpose: "change text size, theme, contrast or language",
		Roles: []string{"anyone"}, BodyLimit: 4 << 10, Handler: HTML(setDisplay),
	}}
}

func setDisplay(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	secure := false
	if s := stateOf(r.Context()); s != nil {
		secure = s.site.Secure
	}
	for _, name := range []string{"theme", "contrast", "size", "lang"} {
		v := r.PostForm.Get(name)
		if !slices.Contains(choices(name), v) {
			continue
		}
		http.SetCookie(w, &http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, Secure: secure}) //nolint:gosec // our script writes it too; Secure follows the site
	}
	return See(w, r, r.PostForm.Get("back"))
}
