/* ScaLAPACK on a grid of ROWS x COLUMNS processes: pdgesv of a system of N and pdgemm of N x N x N, in blocks of NB. Prints
 * whether the largest error of the solution, whose elements are all 1, is small. usage: solve N NB ROWS COLUMNS */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

extern void Cblacs_pinfo(int *rank, int *ranks);
extern void Cblacs_get(int context, int what, int *value);
extern void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
extern void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
extern void Cblacs_exit(int go_on);
extern int numroc_(const int *n, const int *nb, const int *p, const int *from, const int *of);
extern void descinit_(int *d, const int *m, const int *n, const int *mb, const int *nb, const int *r, const int *c,
                      const int *context, const int *lld, int *info);
extern void pdgesv_(const int *n, const int *nrhs, double *a, const int *ia, const int *ja, const int *da, int *pivots,
                    double *b, const int *ib, const int *jb, const int *db, int *info);
extern void pdgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha,
                    const double *a, const int *ia, const int *ja, const int *da, const double *b, const int *ib, const int *jb,
                    const int *db, const double *beta, double *c, const int *ic, const int *jc, const int *dc);

static const int zero = 0, one = 1;
static int row, column, nb;

static int global_of(int local, int place, int places)
{
    return (local / nb * places + place) * nb + local % nb;
}

int main(int argc, char **argv)
{
    int context, rank, ranks, info, da[9], db[9];
    if (argc < 5)
        return 2;
    int n = atoi(argv[1]), rows = atoi(argv[3]), columns = atoi(argv[4]);
    nb = atoi(argv[2]);
    Cblacs_pinfo(&rank, &ranks);
    Cblacs_get(-1, 0, &context);
    Cblacs_gridinit(&context, "Row", rows, columns);
    Cblacs_gridinfo(context, &rows, &columns, &row, &column);
    int high = numroc_(&n, &nb, &row, &zero, &rows), wide = numroc_(&n, &nb, &column, &zero, &columns);
    double *a = malloc(sizeof *a * (size_t)(high * wide)), *c = calloc((size_t)(high * wide), sizeof *c);
    double *b = calloc((size_t)high, sizeof *b), worst = 0, alpha = 1, beta = 0;
    int *pivots = malloc(sizeof *pivots * (size_t)(high + nb));
    for (int j = 0; j < wide; j++)
        for (int i = 0; i < high; i++)
            a[i + j * high] = global_of(i, row, rows) == global_of(j, column, columns) ? 2 * n : 1;
    for (int i = 0; i < high; i++)
        b[i] = 3 * n - 1; /* the sum of a row */
    descinit_(da, &n, &n, &nb, &nb, &zero, &zero, &context, &high, &info);
    descinit_(db, &n, &one, &nb, &nb, &zero, &zero, &context, &high, &info);
    pdgemm_("N", "N", &n, &n, &n, &alpha, a, &one, &one, da, a, &one, &one, da, &beta, c, &one, &one, da);
    pdgesv_(&n, &one, a, &one, &one, da, pivots, b, &one, &one, db, &info);
    for (int i = 0; column == 0 && i < high; i++)
        worst = fmax(worst, fabs(b[i] - 1));
    printf("%s\n", info || worst > 1e-12 ? "wrong" : "small");
    fflush(stdout);
    Cblacs_exit(0);
    return 0;
}
