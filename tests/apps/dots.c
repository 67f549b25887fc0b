/* dots N...: one ddot_ of N elements after the other, a line after each. A leading number and x repeats: 100x5. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

int main(int argc, char **argv)
{
    static double x[1000];
    const int one = 1;
    for (int i = 1; i < argc; i++) {
        char *rest;
        int n = (int)strtol(argv[i], &rest, 10), times = *rest == 'x' ? atoi(rest + 1) : 1;
        for (; times > 0; times--) {
            ddot_(&n, x, &one, x, &one);
            puts("ran");
        }
    }
    return 0;
}
