// Package accountweb holds the pages about who somebody is: signing in and out,
// what workers see about themselves (我的), what staff set for themselves, and
// what administrators do about staff.
//
// [Sessions] stands before all pages: it reads the session's cookie and puts
// the subject and the origin of the call into the context. A page that needs a
// sign-in sends the reader to [SignInPath] and gets them back.
package accountweb
