// Package ui holds the components and layouts that all pages are made of, as
// templ components with typed props; the look is that of the sheets in internal/web/static/app.css.
//
// A page is a layout around components:
//
//	@ui.Worker(ui.WorkerPage{Title: t, Tab: ui.TabHelp}) {
//		@ui.Note(ui.Rose, "alert") { … }
//	}
//
// Every icon has a word beside it or a label; every state an icon and a word;
// nothing carries a style attribute, since the content policy forbids it.
// Layouts render the body first and then inline only the icons that it used.
package ui
