// A product by cgo, in several goroutines. The program ends by a bare exit_group, as all of Go's do.
package main

// #cgo LDFLAGS: -lblas
// #include <cblas.h>
import "C"

import (
	"fmt"
	"sync"
)

func product() float64 {
	var a [12]C.double
	var b [20]C.double
	var c [15]C.double
	for i := range a {
		a[i] = 1
	}
	for i := range b {
		b[i] = 2
	}
	C.cblas_dgemm(C.CblasRowMajor, C.CblasNoTrans, C.CblasNoTrans, 3, 5, 4, 1, &a[0], 4, &b[0], 5, 0, &c[0], 5)
	return float64(c[14])
}

func main() {
	var all sync.WaitGroup
	sums := make([]float64, 10)
	for i := range sums {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			sums[i] = product()
		}(i)
	}
	all.Wait()
	fmt.Println(sums)
}
