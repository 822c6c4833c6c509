// Package requestweb holds the pages on which workers say what is wrong and
// follow what comes of it, and the JSON API of requests.
//
// A request can be made by voice alone, without a name and without a sign-in.
// Who makes one without a sign-in gets its number and a secret of 26 letters;
// the phone keeps both in a cookie ([Config.Hold]), so that nobody has to type
// them, and no address ever holds the secret. On another phone both are typed
// once (GET /help/find).
//
// What others did is told like a parcel's way, with names and dates. Only the
// worker says "solved", and "not solved" goes on with the same case. Every form
// carries the client's id of the write: sent twice, it acts once.
//
// The shared words and the timeline are in package show; files go through
// package upload.
package requestweb
