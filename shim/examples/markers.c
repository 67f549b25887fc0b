/* Marks two parts of a program: counted and held to their budgets where libflopshim.so is preloaded, the same program
 * without it. Build: cc $(pkg-config --cflags flopshim) markers.c -lblas; run: flopshim run -- ./a.out */
#include "flopshim.h"
#include <stdio.h>

void dgemv_(const char *trans, const int *m, const int *n, const double *alpha, const double *a, const int *lda,
            const double *x, const int *incx, const double *beta, double *y, const int *incy);

enum { N = 256 };
static double w[N * N], x[N], y[N];

static enum flopshim_answer refuse(const struct flopshim_refusal *r, void *refused)
{
    ++*(int *)refused;
    printf("refused: %s of %llu FLOPs in %s, %llu remain\n", r->operation, (unsigned long long)r->flop_cost, r->namespace_,
           (unsigned long long)r->flops_remaining);
    return FLOPSHIM_SKIP;
}

static void multiply(void)
{
    const int n = N, one = 1;
    const double alpha = 1, beta = 0;
    dgemv_("N", &n, &n, &alpha, w, &n, x, &one, &beta, y, &one);
}

static void report(const char *name, int status, const struct flopshim_usage *used)
{
    if (status)
        printf("%s: %s\n", name, flopshim_error(status));
    else
        printf("%s: %llu FLOPs in %llu calls, %llu remain\n", name, (unsigned long long)used->flops_used,
               (unsigned long long)used->calls, (unsigned long long)used->flops_remaining);
}

int main(void)
{
    const struct flopshim_context forward = {.namespace_ = "forward", .flop_budget = 10000000, .quiet = 1};
    const struct flopshim_context tight = {.namespace_ = "tight", .flop_budget = 200000, .quiet = 1};
    struct flopshim_usage used;
    int refused = 0;
    for (int i = 0; i < N * N; i++)
        w[i] = 1;
    for (int i = 0; i < N; i++)
        x[i] = 1;

    flopshim_begin(&forward);
    multiply();
    flopshim_push("attn");
    multiply();
    flopshim_pop();
    flopshim_deduct("softmax", 1000);
    report("forward", flopshim_end(&used), &used);

    flopshim_on_exhausted(refuse, &refused);
    flopshim_begin(&tight);
    multiply();
    y[0] = -1;
    multiply(); /* does not fit: the handler leaves it out */
    report("tight", flopshim_end(&used), &used);
    printf("y = %g, %d refused\n", y[0], refused);
    return 0;
}
