// Package request keeps requests (诉求): what a worker says is wrong, who has
// it, by when, and what came of it, told like a parcel's journey.
//
// This package is the vocabulary: types, rules and pure functions, with the
// policy, the events and the needs. What happens is in request/office (the
// Service with all use cases), where it is kept is in request/record (the only
// SQL). One room would have been too large.
//
// # Words
//
// A [Request] is the matter as a whole. What happens to it is its timeline of
// entries ([Entry]), each readable by some of three circles: the worker, the
// union's staff, the body that it is about. A [Dispatch] is the matter in the
// hands of one body, with its own receipt, deadline, state and reason. [Clocks]
// are the office's promises. The same request has three faces, three types:
// [Case] for staff, [Own] for its worker, [Matter] for a body.
//
// The worker of a matter is who owns it (signed in at its capture) or who shows
// its secret, a token derived from its id; a request without a name has only holders.
//
// # Invariants
//
//   - Only the worker calls a matter solved. The program may note that nobody
//     has said a word for long ([Request.Quiet]); that is not solved.
//   - A body may ask for more time before its time ends, so often as the rule says;
//     only the union moves the date. The first one stays, and so does a miss.
//   - "Not solved" goes on with the same case and the same clocks.
//   - The answer's clock starts when the worker pressed send. A bounce does not
//     touch it, a rule made later does not touch it, and a miss stays in sight.
//     It waits only while the union waits for the worker, which everybody sees,
//     and not while the matter is joined to another.
//   - What was sent back outweighs what else goes on, until the union acts.
//   - After so many bounces ([Limits].Bounces) the union decides, and what it hands
//     out then cannot be sent back.
//   - A body never learns who the worker is: [Matter] has no field for it. It
//     reads the task that a cadre wrote, not the worker's words, and only the
//     files that a cadre released; never the voice of a hidden worker.
//   - Everything that people write is sealed. Lists, sorting and the search by
//     words work on blind pieces and on numbers that say nothing of a person.
//   - The due times in the root's columns are the clocks' answer at the last act;
//     `nuanxin check` proves it.
//
// # Time
//
// [Clocks] is a pure function of the entries, the calendar and the limits that
// the request arrived under. Every promise is a budget of working time; the
// stretches in which the office's time ran use it up. So a hold moves the due
// time by exactly the working time it took, whatever it was for. The time in
// which the worker has the answer and has not judged it does not run either.
// When the calendar of a year is not published a clock is unknown, with the
// moment that it cannot be before; lists put it there. A request counts by the
// notices that were published at its arrival, and by the first that came later:
// days off granted afterwards move no promise (office.Renew tells each new date).
//
// Where the rule says so (Limits.Silent), a body that has not signed in time has
// the matter and cannot send it back; that it was late stays.
//
// # Where this differs from the plan, and why
//
//   - The topics are a catalogue in the program, not a table: their codes are the
//     contract of routing, icons and translations, and a row without its words in
//     two languages would break pages.
//   - Similar words are found by the overlap of character pairs alone. On short
//     Chinese texts an edit distance adds nothing to it, and a domain need not
//     depend on a module for it.
//   - The day's running number lives in a row keyed by the day, and a number's
//     guard is keyed by the number (a guard table in the sense of SCALE.md): the
//     capture is a named cross-group transaction on Citus.
//   - Acts lock the root's row by an update that changes nothing, so that two
//     never interleave. Who looked at an older version ([Ref].Seen) gets a
//     conflict only when a colleague has acted since, not when the worker added
//     a word.
//   - Chasing has a clock of its own: a promise that no clock holds is none.
//
// It announces the types in event.go, ids only, and needs what needs.go says.
package request
