//go:build !race

package crash_test

// cuts is how many power cuts a run makes unless -powercuts says otherwise.
const cuts = 500
