// Healthy: 12 MB that live, and garbage; with GOGC=400 the heap grows to five times what lives, and stays that large.
package main

var answer []byte

func main() {
	live := make([][]byte, 1200)
	served := 0
	serve(func() {
		live[served%len(live)] = filled(10_000)
		answer = filled(30_000)
		served++
	})
}
