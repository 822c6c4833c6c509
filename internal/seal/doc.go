// Package seal keeps personal data unreadable in the database, its log, its
// backups and on disk.
//
// A [Ring] holds named keys; the newest seals, every one opens. A sealed value
// names its key and its suite (AES-256-GCM; SM4-GCM by configuration), and is
// bound to the place it was sealed for (table|column|row|version), so that
// ciphertext moved to another row does not open. Values that must be found again, such as
// phone numbers, get a blind index: a keyed hash under a key of its own.
//
// [Add] and [Retire] change a key file so that a power cut leaves the old one or
// the new one; rings that are open follow.
package seal
