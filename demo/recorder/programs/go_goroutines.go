// LEAKS: each request starts a goroutine that waits for an answer nobody sends; stack and body, about 8 KB.
package main

func main() {
	serve(func() {
		answer := make(chan []byte)
		body := filled(5000)
		go func() {
			body = append(body, <-answer...)
		}()
	})
}
