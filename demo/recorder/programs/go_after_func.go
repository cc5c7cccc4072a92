// LEAKS: each order starts a timer of a month that nobody stops; its closure keeps the order, about 1.2 KB.
package main

import "time"

func main() {
	serve(func() {
		order := filled(1024)
		time.AfterFunc(30*24*time.Hour, func() { order[0] = 0 })
		filled(20_000)
	})
}
