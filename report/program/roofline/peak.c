/* Products of large square matrices, on as many threads as the BLAS takes (peak.h). The fastest is the peak: what is slower was
 * disturbed. */
#include "peak.h"
#include "clock.h"
#include "moved_find.h"
#include "optional.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

MOVED_OLDEST(dladdr);

enum { ORDER_LEAST = 128, ORDER_MOST = 3072, TIMED_LEAST = 3 };
#define PRODUCT_SECONDS 0.1 /* of the order that is timed, about */

/* An integer as 64 bits, little-endian, is also the same one as 32. */
typedef void gemm(const char *transa, const char *transb, const int64_t *m, const int64_t *n, const int64_t *k,
                  const void *alpha, const void *a, const int64_t *lda, const void *b, const int64_t *ldb, const void *beta,
                  void *c, const int64_t *ldc, size_t length_a, size_t length_b);

struct kind {
    bool is_double;
    size_t bytes; /* of a number */
    gemm *multiply;
};

static void *find(void *library, const char *name)
{
    static const char *const around[][2] = {{"", "_"}, {"scipy_", "_64_"}, {"", "_64_"}, {"scipy_", "_"}, {"", ""}};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        char spelt[32];
        snprintf(spelt, sizeof spelt, "%s%s%s", around[i][0], name, around[i][1]);
        void *found = optional_find(library, spelt);
        if (found)
            return found;
    }
    return NULL;
}

static void fill(const struct kind *kind, void *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = (double)(i * 2654435761u % 1024) / 1024 - 0.5;
        if (kind->is_double)
            ((double *)numbers)[i] = value;
        else
            ((float *)numbers)[i] = (float)value;
    }
}

/* Seconds of one product. */
static double multiply(const struct kind *kind, int64_t order, void *const matrices[3])
{
    const double one = 1, zero = 0;
    const float one_single = 1, zero_single = 0;
    const void *alpha = kind->is_double ? (const void *)&one : &one_single;
    const void *beta = kind->is_double ? (const void *)&zero : &zero_single;
    uint64_t begun = clock_now_ns();
    kind->multiply("N", "N", &order, &order, &order, alpha, matrices[0], &order, matrices[1], &order, beta, matrices[2], &order,
                   1, 1);
    return (double)(clock_now_ns() - begun) / 1e9;
}

/* Larger ones until a product takes long enough, then that one until the time is over. 0: no memory. */
static double fastest(const struct kind *kind, double seconds)
{
    void *matrices[3] = {0};
    double best = 0;
    bool room = true;
    for (int i = 0; i < 3; i++) {
        matrices[i] = calloc((size_t)ORDER_MOST * ORDER_MOST, kind->bytes);
        room &= matrices[i] != NULL;
    }
    for (int i = 0; i < 2 && room; i++)
        fill(kind, matrices[i], (size_t)ORDER_MOST * ORDER_MOST);
    int64_t order = ORDER_LEAST;
    while (room && order < ORDER_MOST && multiply(kind, order, matrices) < PRODUCT_SECONDS)
        order *= 2;
    order = order > ORDER_MOST ? ORDER_MOST : order;
    uint64_t until = clock_now_ns() + (uint64_t)(seconds * 1e9);
    for (int i = 0; room && (i < TIMED_LEAST || clock_now_ns() < until); i++) {
        double side = (double)order, rate = 2 * side * side * side / multiply(kind, order, matrices) / 1e9;
        best = rate > best ? rate : best;
    }
    for (int i = 0; i < 3; i++)
        free(matrices[i]);
    return best;
}

static void *load(const char *path)
{
    static const char *const usual[] = {"libopenblas.so.0", "libmkl_rt.so.2", "libmkl_rt.so", "libblis.so.4", "libblas.so.3"};
    void *library = path ? optional_open(path) : NULL;
    for (size_t i = 0; !path && !library && i < sizeof usual / sizeof *usual; i++)
        library = optional_open(usual[i]);
    return library;
}

static int complain(const char *path)
{
    if (path)
        fprintf(stderr, "flopshim calibrate: %s: expected a library that can be loaded and has dgemm and sgemm\n", path);
    else
        fputs("flopshim calibrate: no BLAS is found by the loader (libopenblas.so.0, libmkl_rt.so.2, libblis.so.4, "
              "libblas.so.3); name one: --library FILE, such as a wheel's numpy.libs/libscipy_openblas64_*.so\n",
              stderr);
    return -1;
}

int peak_measure(const char *path, double seconds, struct peak *peak)
{
    void *library = load(path);
    struct kind kinds[] = {{true, sizeof(double), (gemm *)find(library, "dgemm")},
                           {false, sizeof(float), (gemm *)find(library, "sgemm")}};
    if (!kinds[0].multiply || !kinds[1].multiply)
        return complain(path);
    __typeof__(&dladdr) ask = MOVED_FIND(dladdr);
    Dl_info info = {.dli_fname = ""};
    if (ask)
        ask((void *)kinds[0].multiply, &info);
    char *whole = realpath(info.dli_fname, NULL);
    snprintf(peak->library, sizeof peak->library, "%s", whole ? whole : info.dli_fname);
    free(whole);
    peak->dgemm_gflops = fastest(&kinds[0], seconds);
    peak->sgemm_gflops = fastest(&kinds[1], seconds);
    if (peak->dgemm_gflops > 0 && peak->sgemm_gflops > 0)
        return 0;
    fputs("flopshim calibrate: no memory for matrices of order 3072\n", stderr);
    return -1;
}
