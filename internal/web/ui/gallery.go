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
	return layout("组件和状态", "ui.name", "kit-page", nil, func(main templ.Component) templ.Component { return galleryBody(main) })
}
