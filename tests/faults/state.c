/* state: what a call must leave as it is: errno, floating-point flags, rounding, results to the last bit; in every rounding
 * mode, and with every floating-point exception trapped, until the end of the process. Prints all of it. */
#define _GNU_SOURCE
#include "flopshim.h"
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <stdio.h>
#include <xmmintrin.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemv_(const char *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *, size_t);

static void show(const char *what, double result)
{
    printf("%s: %a errno %d flags %x mxcsr %x rounding %d\n", what, result, errno, fetestexcept(FE_ALL_EXCEPT), _mm_getcsr(),
           fegetround());
}

static void calls(const double *x)
{
    double y[3] = {0, 0, 0};
    errno = 77;
    show("ddot", ddot_(&(int){3}, x, &(int){1}, x, &(int){1}));
    flopshim_push("inner");
    dgemv_("N", &(int){3}, &(int){1}, x, x, &(int){3}, x, &(int){1}, x, y, &(int){1}, 1);
    show("dgemv", y[2]);
    flopshim_deduct("work", 12345);
    flopshim_pop();
    show("deduct", 0);
}

static void *in_thread(void *x)
{
    calls(x);
    return NULL;
}

int main(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static double whole[3] = {1, 2, 3}, thirds[3] = {1 / 3.0, 2 / 3.0, 1e-308};
    pthread_t thread;
    for (int i = 0; i < 4; i++) {
        fesetround(modes[i]);
        feclearexcept(FE_ALL_EXCEPT);
        calls(whole);
        calls(thirds);
        calls(whole);
    }
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_ALL_EXCEPT);
    calls(whole);
    pthread_create(&thread, NULL, in_thread, whole);
    pthread_join(thread, NULL);
    return 0;
}
