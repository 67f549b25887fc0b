/* How fast a BLAS multiplies matrices. */
#pragma once
#include <stddef.h>

struct peak {
    char library[256]; /* the path that was loaded */
    double dgemm_gflops, sgemm_gflops;
};

/* Times the products of the BLAS in the file `path`, or of that which the loader finds, for about so many seconds. 0, or -1
 * after a message on stderr. */
int peak_measure(const char *path, double seconds, struct peak *peak);
