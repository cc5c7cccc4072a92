// Healthy: writes make segments of 2 MB, a superseded version of each key among them; every seventh hour or so (16
// segments) a compaction merges them into one that holds each key once.
package main

import "runtime/debug"

func main() {
	segments := [][][]byte{}
	current := [][]byte{}
	compacted := [][]byte{}
	serve(func() {
		current = append(current, filled(4096))
		if len(current) == 512 {
			segments = append(segments, current)
			current = [][]byte{}
		}
		if len(segments) == 16 {
			compacted = segments[15]
			segments = nil
			debug.FreeOSMemory()
		}
		_ = compacted
	})
}
