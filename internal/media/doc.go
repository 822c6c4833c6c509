// Package media turns what people send — photos and voice — into files that
// are safe to keep and to show: bytes in, bytes out, no disk, no network.
//
// # Photos
//
// A photo is JPEG, PNG, WebP or GIF (its first frame), known by its content,
// never by a name or a declared type. Size, pixels and the memory that decoding
// would take are judged from the header before anything is decoded. What is
// kept is a new JPEG made from the pixels, upright, at most [PhotoEdge] long,
// and a thumbnail of at most [ThumbEdge]: no metadata, place, author, embedded
// thumbnail, comment or trailing byte of the original survives, and neither
// does a file that is a second thing at the same time. HEIC is refused with its
// own words, because people meet it: phones send JPEG when asked to.
//
// # Voice
//
// A voice message is WebM or Ogg with Opus, MP4/M4A, AAC, MP3, AMR or WAV,
// known by its structure from the first to the last byte. The sound itself is not
// decoded. Its container is written anew or cleaned:
//
//   - Ogg, WebM, WAV, AAC, MP3, AMR: written anew from the sound's own packets.
//     Tags, pictures, attachments, titles, dates, names of programs, ID3, APE and
//     trailing data are gone.
//   - MP4: boxes that carry no sound are overwritten with zeros where they stand
//     (moving them would break the offsets), dates are zeroed, trailing data is cut.
//
// What is not taken out: bytes hidden inside the sound's own packets, codec set-up
// data, and in MP4 bytes of the sound box that no sample refers to; and of course
// the voice itself, which tells who speaks. Serve voice with its own type,
// "nosniff", as an attachment or from a player, never as a page.
//
// # Faults
//
// A refused file is fault.Invalid with one of the message keys media.empty,
// media.too_big, media.too_many_pixels, media.too_long, media.heic,
// media.not_photo, media.not_voice, media.broken. Nobody free to look at the
// file in the time that the context allows is fault.Busy with media.busy.
package media
