package api

import "reflect"

// Short reports whether an input is read without huma.
func Short[I any]() bool { return binderOf(reflect.TypeFor[I]()) != nil }
