// Package calendarweb is the staff's page of the calendar: which years are
// published and by which paper, and for administrators the form that brings in
// the next notice, with a preview of what it would change.
package calendarweb
