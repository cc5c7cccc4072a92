package main

import (
	"bufio"
	"os"
	"strconv"
)

// What a service holds all its life, RECORDER_BASE_MIB in all: code, settings, tables.
var base [][]byte

// serve calls request for each request the recorder announces: a line of standard input is a number of requests.
func serve(request func()) {
	mebibytes, _ := strconv.Atoi(os.Getenv("RECORDER_BASE_MIB"))
	for len(base) < mebibytes*256 {
		base = append(base, filled(4096))
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		count, _ := strconv.Atoi(lines.Text())
		for ; count > 0; count-- {
			request()
		}
	}
}

func filled(size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	return bytes
}
