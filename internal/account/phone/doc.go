// Package phone lets a worker's account change its phone number: by the worker, who
// confirms the old number and the new one by codes, or at a union's desk when the
// old phone is lost.
//
// At the desk a cadre of the area of the membership writes down what they looked at
// to know the person, and the new number is confirmed by a code that the person reads
// out there. Nothing changes yet: the old number is told, and until a dated limit has
// passed whoever has it can sign in and object. Then a task moves the account. One
// change waits at a time ([Change], table person_phone_change); a worker sees all of
// theirs, with who opened them and why.
//
// All that hangs on the number moves in one transaction: the account with its guard,
// and what other domains keep by it ([Follower]). A number that another account has
// is taken over only when nothing hangs on that one.
//
// It announces [Turned], and by it tells the numbers concerned by text message: what
// they read names neither the union nor the person, for others look at phones, too.
package phone
