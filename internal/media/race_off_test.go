//go:build !race

package media

// underRace is set where the race detector multiplies time and memory.
const underRace = false
