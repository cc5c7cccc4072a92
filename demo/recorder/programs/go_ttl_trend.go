// Healthy: entries of 16 KB expire after two hours and are swept; the load has a day and a trend, and memory follows.
package main

import "time"

type entry struct {
	body    []byte
	expires time.Time
}

func main() {
	entries := map[int]entry{}
	served, swept := 0, 0
	serve(func() {
		now := time.Now()
		entries[served] = entry{filled(16_000), now.Add(240 * time.Second)}
		served++
		for swept < served && entries[swept].expires.Before(now) {
			delete(entries, swept)
			swept++
		}
	})
}
