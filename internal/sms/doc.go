// Package sms sends short messages. [Sender] is what the rest of the program
// knows; [Log] keeps messages in memory for the demo, and [Gateway] speaks to any
// provider that takes a message by HTTPS.
//
// # Promises
//
//   - Nothing here writes a phone number or a text to a log file, and no fault
//     names one.
//   - A message id is sent once: a second Send of an id that went out does nothing,
//     and two at the same time become one. This memory is the process's own and
//     holds the last [Remembered] ids; across restarts and for a time-out whose
//     outcome nobody knows, the provider is told the id (header Idempotency-Key and
//     placeholder {id}) and must do the same. One that cannot should get Tries: 1.
//   - Server errors, time-outs and broken connections are tried again, with growing
//     and jittered pauses; a refusal (4xx) never is.
//   - The gateway goes out by [outbound.Client] alone, with what that promises. Of an
//     answer it reads at most 64 KB, which nobody is shown.
//
// # Faults
//
// A provider that cannot be reached or answers 429 or 5xx: fault.Busy with sms.busy.
// One that refuses: fault.Internal, since only the operator can mend it.
//
// # Configuration of a gateway
//
// The body is a template: a JSON document, or a form as in a query string. Its
// placeholders stand inside values and are escaped as the format needs:
//
//	{to} {text} {id} {kind} {time}   the message, and the Unix time in seconds
//	{template}                       what Templates says for the message's kind
//	{param.NAME}                     one of the message's Params
//
//	{"mobile": "{to}", "template": "{template}", "args": ["{param.code}"], "ref": "{id}"}
//
// With a Secret, the header named by SignHeader carries the hex HMAC-SHA256 of
// time, id and body joined by newlines, and TimeHeader the time.
package sms
