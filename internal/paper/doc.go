// Package paper sets documents of headings, pairs and words in PDF, with Chinese
// letters, for people to keep and to print.
//
// Two fonts are in the program: Go Regular for what is Latin and Droid Sans Fallback for
// what is Chinese. A document carries of both only the letters that stand in it. A letter
// that neither has is told in words by the caller ([Config.Rare]) and never as an empty
// box. A document has so many pages at most ([Config.Pages]); what did not fit is told,
// too ([Doc.Full]).
//
// It is arithmetic: it opens no file and asks nobody for the time.
package paper
