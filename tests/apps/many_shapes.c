/* many_shapes COUNT [NAMESPACES]: so many shapes of dgemm_, m, n and k up to 100, once each, on a BLAS that does nothing. Every
 * 50th call is of m=200 n=1 k=1, and one in the middle is of 30000 in each. In so many namespaces, in turn. */
#include <flopshim.h>
#include <stdio.h>
#include <stdlib.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);

static void multiply(int m, int n, int k)
{
    const double alpha = 1;
    double a = 1, c = 1;
    int lead = 30000;
    dgemm_("N", "N", &m, &n, &k, &alpha, &a, &lead, &a, &lead, &alpha, &c, &lead, 1, 1);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 0, namespaces = argc > 2 ? atoi(argv[2]) : 0;
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", namespaces ? i % namespaces : 0);
        if (namespaces)
            flopshim_push(name);
        multiply(1 + i % 100, 1 + i / 100 % 100, 1 + i / 10000 % 100);
        if (i % 50 == 0)
            multiply(200, 1, 1);
        if (i == count / 2)
            multiply(30000, 30000, 30000);
        if (namespaces)
            flopshim_pop();
    }
    return 0;
}
