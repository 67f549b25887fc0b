/* Native code in a Python process that knows nothing of Python: it calls BLAS in the thread that called it, in one of its
 * own, and in a loop that only ends when the result is a number. */
#include <pthread.h>
#include <stddef.h>

void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha,
            const double *a, const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc,
            size_t, size_t);

struct product {
    int n;
    const double *a;
    double *c;
};

static void *multiply(void *data)
{
    struct product *p = data;
    const double one = 1, zero = 0;
    dgemm_("N", "N", &p->n, &p->n, &p->n, &one, p->a, &p->n, p->a, &p->n, &zero, p->c, &p->n, 1, 1);
    return NULL;
}

int here(int n, const double *a, double *c)
{
    struct product p = {n, a, c};
    multiply(&p);
    return 7;
}

int elsewhere(int n, const double *a, double *c)
{
    struct product p = {n, a, c};
    pthread_t thread;
    if (pthread_create(&thread, NULL, multiply, &p))
        return 0;
    pthread_join(thread, NULL);
    return 7;
}

int until_a_number(int n, const double *a, double *c)
{
    struct product p = {n, a, c};
    do
        multiply(&p);
    while (c[0] != c[0]);
    return 7;
}
