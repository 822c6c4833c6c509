// Package pinyin finds Chinese names by what people type: characters, full
// pinyin, initials, or a mixture, in any case and width.
//
// A character is matched by each of its readings, since default readings are
// wrong for surnames and places (单 Shàn, 重庆 Chóngqìng). A small table puts the
// right reading first where one spelling is shown or sorted by. The readings
// come from mozillazg/go-pinyin (MIT).
//
// To search a list, make the [Key] of each name once with [Of] and match each
// with a [Query] made by [Compile]; fifty thousand names take a few milliseconds.
package pinyin
