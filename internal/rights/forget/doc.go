// Package forget erases, at their own wish, somebody who has no account: who stands on a
// list that a union took in, or was written down for them at a counter or on the phone
// (个人信息保护法 art. 15 and 47). Whoever has an account ends it themselves.
//
// It starts from an ask of the kind delete that a cadre wrote down, after looking at who
// asks, or of the kind kin, after looking at the proofs of a death and of kinship; then by
// the number alone. What is kept under their phone, or under a member's number that they name, is
// shown ([Service.Find]); the cadre chooses what is theirs, because numbers change hands,
// and says why. What is still under way has to end first. Then, in one transaction, each
// [Keeper] destroys the keys and indexes of what it has, and the ask is answered with what
// went and what stays. What is held by law (package hold) stays; a row in
// rights_forget_wait says that it waits, and [Service.Finish] erases it in the night after.
//
// It announces [Forgotten]. That event is written beside the keys, too, and [Service.Redo]
// does again what a restored database has forgotten.
package forget
