// Healthy: a request in flight holds 150 KB for 12 s; memory follows the traffic of the day.
package main

import "time"

func main() {
	serve(func() {
		body := filled(150_000)
		time.AfterFunc(12*time.Second, func() { body[0] = 0 })
	})
}
