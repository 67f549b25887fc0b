/* free_calls WAY [HANDLERS]: calls that cost nothing, from wherever they come.
 *
 *   own      three copies of the program's, then two products (whose BLAS copies ten times), one copy by what dlsym gives out,
 *            and two by a function that LAPACK was given
 *   product  the same, but the products come first
 *   handler  copies and dot products, and so many handlers of signals in between that make these and products; prints how many
 *            copies, dot products and products there were
 *   stepped  a copy and a dot product, between two stops; who traces it (stepper.c) sends it the signal. Prints the same */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha, const double *a,
            const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc);
void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info);

static const int two = 2, unit = 1;
static volatile sig_atomic_t handled;

static void copy(void)
{
    const double from[2] = {1, 2};
    double to[2];
    dcopy_(&two, from, &unit, to, &unit);
}

static void dot(void)
{
    const double x[2] = {1, 2};
    ddot_(&two, x, &unit, x, &unit);
}

static void multiply(void)
{
    const double a[4] = {1, 2, 3, 4}, one = 1;
    double c[4];
    dgemm_("N", "N", &two, &two, &two, &one, a, &two, a, &two, &one, c, &two);
}

static int copy_once(const double *re, const double *im)
{
    (void)re, (void)im;
    copy();
    return 0;
}

static void order(void)
{
    double a[4] = {1, 0, 0, 1}, wr[2], wi[2], vs[4], work[64];
    int sdim, bwork[2], info;
    const int enough = 64;
    dgees_("V", "S", copy_once, &two, a, &two, &sdim, wr, wi, vs, &two, work, &enough, bwork, &info);
}

static void copy_by_name(void)
{
    __typeof__(dcopy_) *found;
    void *address = dlsym(RTLD_DEFAULT, "dcopy_");
    memcpy(&found, &address, sizeof found);
    const double from[2] = {1, 2};
    double to[2];
    found(&two, from, &unit, to, &unit);
}

static void handle(int number)
{
    (void)number;
    copy();
    dot();
    multiply();
    copy();
    handled++;
}

static void interrupted(int handlers)
{
    const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    unsigned long turns = 0;
    signal(SIGALRM, handle);
    setitimer(ITIMER_REAL, &often, NULL);
    for (; handled < handlers; turns++) {
        copy();
        dot();
        dot();
    }
    setitimer(ITIMER_REAL, &never, NULL);
    unsigned long came = (unsigned long)handled;
    printf("%lu %lu %lu\n", turns + 2 * came, 2 * turns + came, came);
}

static void stepped(void)
{
    signal(SIGALRM, handle);
    raise(SIGSTOP);
    copy();
    dot();
    raise(SIGSTOP);
    printf("%d %d %d\n", 1 + 2 * handled, 1 + handled, handled);
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    if (!strcmp(way, "stepped")) {
        stepped();
        return 0;
    }
    if (!strcmp(way, "handler")) {
        interrupted(argc > 2 ? atoi(argv[2]) : 1);
        return 0;
    }
    for (int turn = 0; turn < 2; turn++) {
        if (!strcmp(way, turn ? "product" : "own"))
            for (int i = 0; i < 3; i++)
                copy();
        else
            for (int i = 0; i < 2; i++)
                multiply();
    }
    copy_by_name();
    order();
    return 0;
}
