/* free_late WAY: eight copies that a LAPACK makes by itself, and two calls of its dgees, at which it copies three times and the
 * program's function twice. WAY: dgees is called `before` all of those copies, or `between` them, when nobody knew yet that
 * what copied has a LAPACK inside. */
#include <string.h>

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info);
void tidy(void);

static const int two = 2;

static int copy(const double *re, const double *im)
{
    const int one = 1;
    double to[2];
    (void)im;
    dcopy_(&two, re, &one, to, &one);
    return 0;
}

static void order(void)
{
    double a[4] = {1, 0, 0, 1}, wr[2] = {1, 1}, wi[2] = {0}, vs[4], work[64];
    int sdim, bwork[2], info;
    const int enough = 64;
    dgees_("V", "S", copy, &two, a, &two, &sdim, wr, wi, vs, &two, work, &enough, bwork, &info);
}

int main(int argc, char **argv)
{
    int before = argc > 1 && !strcmp(argv[1], "before") ? 0 : 4;
    for (int i = 0; i < before; i++)
        tidy();
    order();
    order();
    for (int i = before; i < 8; i++)
        tidy();
    return 0;
}
