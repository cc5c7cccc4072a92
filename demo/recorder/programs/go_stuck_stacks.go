// LEAKS in the second of three replicas, from the 7th hour: each 40th request blocks for ever deep in a recursion, and
// its goroutine keeps a stack of 64 KB.
package main

import (
	"os"
	"strconv"
	"time"
)

var never = make(chan int)

func descend(depth int) int {
	var frame [400]byte
	frame[depth%400] = byte(depth)
	if depth == 0 {
		return <-never
	}
	return descend(depth-1) + int(frame[depth%400])
}

func main() {
	begin, _ := strconv.ParseFloat(os.Getenv("RECORDER_BEGIN"), 64)
	stuckFrom := begin + 6*3600/30
	served := 0
	serve(func() {
		served++
		filled(60_000)
		now := float64(time.Now().UnixMilli()) / 1000
		if os.Getenv("RECORDER_REPLICA") == "1" && now >= stuckFrom && served%40 == 0 {
			go descend(125)
		}
	})
}
