// LEAKS: uploads are kept, 64 KB a request; the limit is reached every few minutes.
package main

func main() {
	uploads := [][]byte{}
	serve(func() {
		uploads = append(uploads, filled(64*1024))
	})
}
