// Package blob keeps photos, voice and other files on the machine's own disk,
// sealed, each under an id that the program made.
//
// # Promises
//
//   - When [Store.Put] returns nil, the object survives a crash and a power cut: it
//     was written beside, synced, moved into place, and its folders were synced.
//   - An object is there whole or not at all. It is written once: putting other
//     bytes under a used id is fault.Conflict, putting the same again is nothing.
//   - The disk holds no readable content. An object is bound to its id: a file put
//     in another's place does not open.
//   - A changed byte is found on reading: [ErrDamaged] is in the error, which is
//     fault.Internal. An id that is not there is fault.Missing with blob.missing.
//   - Names never come from people: an id is a UUID, its last four digits choose the
//     two folders (the first ones are the time), and nothing outside the store's
//     folder can be reached.
//
// A write that was cut off leaves a file in the folder "tmp", which [Store.Sweep]
// removes. Objects are at most [MaxBytes] long and pass through memory whole.
//
// # File
//
// Four bytes "NXB1", the SHA-256 of the rest, the rest: the sealed content. So a
// check and a backup need no key ([Store.Export], [Store.Import], [Store.Verify]).
package blob
