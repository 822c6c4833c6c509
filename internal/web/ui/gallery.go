package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
)

func galleryHandler() http.Handler {
	return web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, http.StatusOK, Gallery())
	})
}

func galleryPage() templ.Component {
	return layout("组件和状态", "ui.name", "", nil, "", func(main templ.Component) templ.Component { return galleryBody(main) })
}

// OfflineRoute is the page that the service worker keeps for when there is no
// network and no copy of the page asked for.
func OfflineRoute() web.Route {
	show := func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, http.StatusOK, offline())
	}
	return web.Route{Method: "GET", Pattern: "/offline", Action: "web.offline", Purpose: "what a phone without network shows", Roles: []string{"anyone"}, Handler: web.HTML(show)}
}
