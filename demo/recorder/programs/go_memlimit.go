// Healthy: GOGC=off and GOMEMLIMIT: garbage piles up for hours until the heap meets its bound, and then it stays there.
package main

var answer []byte

func main() {
	live := make([][]byte, 800)
	served := 0
	serve(func() {
		live[served%len(live)] = filled(8_000)
		answer = filled(12_000)
		served++
	})
}
