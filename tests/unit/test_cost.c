/* Prices of BLAS, by hand from the conventions of cost/README.md. Arguments stand in the order of their row. */
#include "cost.h"
#include "thread.h"
#include <math.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static uint64_t price_of(const char *routine, const int64_t *arg, enum cost_convention convention)
{
    int i = cost_find(routine);
    cr_assert(i >= 0, "no routine %s", routine);
    return cost_price((unsigned)i, arg, convention);
}

#define PRICE(routine, ...) price_of(routine, (const int64_t[]){__VA_ARGS__}, COST_OPS)
#define PRICE_FMA(routine, ...) price_of(routine, (const int64_t[]){__VA_ARGS__}, COST_FMA)

Test(cost, a_dot_of_n_is_2n_and_complex_8n)
{
    cr_expect(eq(u64, PRICE("ddot", 100), 200));
    cr_expect(eq(u64, PRICE("zdotc", 100), 800));
    cr_expect(eq(u64, PRICE("sdsdot", 7), 14));
}

Test(cost, mixed_real_and_complex_operands_count_real_operations)
{
    cr_expect(eq(u64, PRICE("zdscal", 10), 20));
    cr_expect(eq(u64, PRICE("zscal", 10), 60));
    cr_expect(eq(u64, PRICE("zdrot", 10), 120));
    cr_expect(eq(u64, PRICE("dznrm2", 10), 40));
    cr_expect(eq(u64, PRICE("dzasum", 10), 20));
    cr_expect(eq(u64, PRICE("izamax", 10), 0));
}

Test(cost, rotm_depends_on_its_flag)
{
    cr_expect(eq(u64, PRICE("drotm", 10, -2), 0));
    cr_expect(eq(u64, PRICE("drotm", 10, -1), 60));
    cr_expect(eq(u64, PRICE("drotm", 10, 0), 40));
    cr_expect(eq(u64, PRICE("drotm", 10, 1), 40));
}

Test(cost, gemm_is_2mnk_and_complex_8mnk)
{
    cr_expect(eq(u64, PRICE("dgemm", 3, 5, 7), 210));
    cr_expect(eq(u64, PRICE("zgemm", 3, 5, 7), 840));
}

Test(cost, one_operation_has_one_price)
{
    cr_expect(eq(u64, PRICE("dgemm", 1, 1, 9), PRICE("ddot", 9)), "gemm of two vectors is their dot");
    cr_expect(eq(u64, PRICE("dgemv", 9, 1), PRICE("daxpy", 9)), "gemv with one column is axpy");
    cr_expect(eq(u64, PRICE("dgbmv", 6, 4, 5, 3), PRICE("dgemv", 6, 4)), "a full band is a full matrix");
    cr_expect(eq(u64, PRICE("dsbmv", 6, 5), PRICE("dsymv", 6)));
    cr_expect(eq(u64, PRICE("dtbmv", 'N', 6, 5), PRICE("dtrmv", 'N', 6)));
    cr_expect(eq(u64, PRICE("dtrsm", 'L', 'N', 6, 1), PRICE("dtrsv", 'N', 6)));
    cr_expect(eq(u64, PRICE("dtrsm", 'L', 'U', 6, 1), PRICE("dtrsv", 'U', 6)));
    cr_expect(eq(u64, PRICE("dsyr2k", 6, 1), PRICE("dsyr2", 6)));
}

Test(cost, a_band_has_its_entries_only)
{
    /* 4x4, one below and none above: 4 + 3 entries, 2 operations each */
    cr_expect(eq(u64, PRICE("dgbmv", 4, 4, 1, 0), 14));
    /* 2x5, kl = 0, ku = 1: columns have 1, 2, 1, 0, 0 entries */
    cr_expect(eq(u64, PRICE("dgbmv", 2, 5, 0, 1), 8));
    /* tridiagonal of order 5: 13 entries */
    cr_expect(eq(u64, PRICE("dsbmv", 5, 1), 26));
    /* kl and ku beyond the matrix */
    cr_expect(eq(u64, PRICE("dgbmv", 3, 3, 100, 100), 18));
}

Test(cost, triangular_solves_depend_on_side_and_diagonal)
{
    /* q(q+1)/2 mults and q(q-1)/2 adds a right-hand side; a unit diagonal saves q */
    cr_expect(eq(u64, PRICE("dtrsm", 'L', 'N', 4, 3), 3 * 16));
    cr_expect(eq(u64, PRICE("dtrsm", 'L', 'U', 4, 3), 3 * 12));
    cr_expect(eq(u64, PRICE("dtrsm", 'R', 'N', 4, 3), 4 * 9));
    cr_expect(eq(u64, PRICE("dtrmm", 'R', 'U', 4, 3), 4 * 6));
    cr_expect(eq(u64, PRICE("ztrsv", 'N', 3), 6 * 6 + 2 * 3));
}

Test(cost, symmetric_products)
{
    cr_expect(eq(u64, PRICE("dsymm", 'L', 4, 3), 2 * 4 * 4 * 3));
    cr_expect(eq(u64, PRICE("dsymm", 'R', 4, 3), 2 * 3 * 4 * 3));
    cr_expect(eq(u64, PRICE("dsyrk", 4, 3), 3 * 4 * 5));
    cr_expect(eq(u64, PRICE("zher2k", 4, 3), 8 * 3 * 4 * 5));
    cr_expect(eq(u64, PRICE("dgemmt", 4, 3), 3 * 4 * 5));
}

Test(cost, nothing_and_nonsense_cost_nothing)
{
    cr_expect(eq(u64, PRICE("dgemm", 0, 5, 7), 0));
    cr_expect(eq(u64, PRICE("dgemm", 3, 5, 0), 0));
    cr_expect(eq(u64, PRICE("dgemm", -3, -5, 7), 0), "two negative dimensions are no positive price");
    cr_expect(eq(u64, PRICE("dgbmv", 4, 4, -1, 0), 0));
    cr_expect(eq(u64, PRICE("ddot", INT64_MIN), 0));
}

Test(cost, saturates_and_never_wraps)
{
    const int64_t large = INT64_MAX;
    cr_expect(eq(u64, PRICE("ddot", large), (uint64_t)2 * INT64_MAX));
    cr_expect(eq(u64, PRICE("zdotc", large), UINT64_MAX));
    cr_expect(eq(u64, PRICE("dgemm", large, large, large), UINT64_MAX));
    cr_expect(eq(u64, PRICE("dgemm", (int64_t)1 << 50, 1, 1), (uint64_t)1 << 51), "one long dimension stays exact");
    cr_expect(eq(u64, PRICE("dgemm", 2000000, 2000000, 2000000), 16000000000000000000u));
    cr_expect(eq(u64, PRICE("dgemm", 2100000, 2100000, 2100000), UINT64_MAX));
    cr_expect(eq(u64, PRICE("dsyrk", large, large), UINT64_MAX));
    cr_expect(eq(u64, PRICE("dgbmv", large, large, large, large), UINT64_MAX));
}

Test(cost, fma_counts_a_multiply_and_its_add_once)
{
    cr_expect(eq(u64, PRICE_FMA("ddot", 100), 100));
    cr_expect(eq(u64, PRICE_FMA("zdotc", 100), 400));
    cr_expect(eq(u64, PRICE_FMA("dgemm", 3, 5, 7), 105));
    cr_expect(eq(u64, PRICE_FMA("dscal", 5), 5));
    cr_expect(eq(u64, PRICE_FMA("dasum", 5), 5));
    cr_expect(eq(u64, PRICE_FMA("drot", 5), 20));
    cr_expect(eq(u64, PRICE_FMA("zdrot", 5), 40));
}

Test(cost, every_routine_of_size_nothing_is_free)
{
    const int64_t nothing[16] = {0};
    for (int i = 0; i < cost_routine_count; i++) {
        bool has_n = strncmp(cost_args(&cost_routines[i]), "n", 1) == 0 || strstr(cost_args(&cost_routines[i]), " n");
        cr_expect(not(has_n && cost_price((unsigned)i, nothing, COST_OPS)), "%s", cost_name(&cost_routines[i]));
    }
}

/* ---- multiplier: budget-semantics, int(cost * multiplier) in Python ---- */

Test(scale, truncates_towards_zero_call_by_call)
{
    cr_expect(eq(u64, cost_scale(1, 0.5), 0));
    cr_expect(eq(u64, cost_scale(3, 0.5), 1));
    cr_expect(eq(u64, cost_scale(1, 2.5), 2));
    cr_expect(eq(u64, cost_scale(10, 1.1), 11));
    cr_expect(eq(u64, cost_scale(29, 0.1), 2));
}

Test(scale, rounds_as_a_double_product_does)
{
    cr_expect(eq(u64, cost_scale(10, 2.3), 23), "2.3 is below 2.3, yet 10 * 2.3 rounds to 23");
    for (uint64_t cost = 1; cost < 2000000; cost += 997)
        for (double multiplier = 0.003; multiplier < 9; multiplier *= 1.37)
            cr_expect(eq(u64, cost_scale(cost, multiplier), (uint64_t)((double)cost * multiplier)));
}

Test(scale, a_multiplier_of_one_stays_exact_above_2_to_53)
{
    cr_expect(eq(u64, cost_scale(9007199254740993, 1), 9007199254740993));
    cr_expect(eq(u64, cost_scale(UINT64_MAX, 1), UINT64_MAX));
}

Test(scale, saturates_and_reaches_nothing)
{
    cr_expect(eq(u64, cost_scale(UINT64_MAX, 2), UINT64_MAX));
    cr_expect(eq(u64, cost_scale(1, 1e300), UINT64_MAX));
    cr_expect(eq(u64, cost_scale(UINT64_MAX, 5e-324), 0));
    cr_expect(eq(u64, cost_scale(0, 1e300), 0));
}

/* ---- the integers of a call's shape ---- */

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (; *text; text += strcspn(text, " ") + (text[strcspn(text, " ")] == ' '))
        if (strcspn(text, " ") == length && !strncmp(text, word, length))
            return true;
    return false;
}

static void expect_list(const char *routine, struct cost_dims dims, const char *expected)
{
    char text[256] = "";
    for (uint32_t i = 0; i < dims.count; i++)
        sprintf(text + strlen(text), "%s%s:%d", i ? " " : "", dims.names[i], dims.places[i]);
    cr_expect(eq(str, text, (char *)expected), "%s", routine);
}

static void expect_dims(const char *routine, const char *expected)
{
    expect_list(routine, cost_dims(&cost_routines[cost_find(routine)]), expected);
}

static void expect_options(const char *routine, const char *expected)
{
    expect_list(routine, cost_options(&cost_routines[cost_find(routine)]), expected);
}

/* dgemm's letters change no price. dgesvj has a dimension that its count does not read. */
Test(dims, options_are_those_that_change_the_price)
{
    expect_options("dgemm", "");
    expect_options("dtrsm", "side:0 diag:1");
    expect_options("dgesdd", "jobz:0");
    expect_options("dsyevx", "jobz:0 range:1");
    expect_options("dhseqr", "job:0 compz:1");
    expect_options("dgemm_batch", "");
    expect_options("dgesvj", "jobv:3");
}

Test(dims, are_the_dimensions_of_the_argument_list_in_its_order)
{
    expect_dims("dgemm", "m:0 n:1 k:2");
    expect_dims("dtrsm", "m:2 n:3"); /* side and diag come first in arg[] */
    expect_dims("dgbmv", "m:0 n:1 kl:2 ku:3");
    expect_dims("dcopy", "n:0"); /* its count has none: a list of its own */
    expect_dims("dgehrd", "n:0 ilo:1 ihi:2");
    expect_dims("dgemm_batch", "group_count:0");
    expect_dims("drotg", "");
}

Test(dims, of_every_routine_are_arguments_of_it)
{
    for (int i = 0; i < cost_routine_count; i++) {
        struct cost_dims dims = cost_dims(&cost_routines[i]);
        struct cost_dims options = cost_options(&cost_routines[i]);
        cr_expect(le(u32, dims.count + options.count, COST_DIMS_MOST));
        for (uint32_t d = 0; d < options.count; d++)
            cr_expect(has_word(cost_args(&cost_routines[i]), options.names[d]), "%s: %s", cost_name(&cost_routines[i]),
                      options.names[d]);
        for (uint32_t d = 0; d < dims.count; d++)
            cr_expect(has_word(cost_takes(&cost_routines[i]), dims.names[d]), "%s: %s", cost_name(&cost_routines[i]),
                      dims.names[d]);
    }
}

Test(factor, is_the_multiplier_where_it_has_one)
{
    static const double multipliers[] = {
        1, 2, 3, 0.5, 2.5, 0.375, 1e6, 4096, 1e25, 9007199254740991, 0.1, 1e-300, 1e300, 5e-324, 9007199254740993};
    uint64_t state = 88172645463325252;
    for (size_t m = 0; m < sizeof multipliers / sizeof *multipliers; m++) {
        const struct cost_factor f = cost_factor(multipliers[m]);
        for (int i = 0; i < 10000 && f.below; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            const uint64_t cost = i < 10 ? f.below - 1 - (uint64_t)i % f.below : (state >> state % 60) % f.below;
            cr_expect(eq(u64, cost * f.by >> f.shift, cost_scale(cost, multipliers[m])), "%lu by %g", cost, multipliers[m]);
        }
    }
    cr_expect(gt(u64, cost_factor(2.5).below, (uint64_t)1 << 50));
    cr_expect(eq(u64, cost_factor(0.1).below, 2)); /* a significand of 52 bits */
}

/* A thread finds a routine's tally by its id without a search where no other routine has its place (shim/thread.h). What one
 * program is likely to use together is to be free of that: the BLAS of one precision, and the drivers of LAPACK. = : a whole
 * name. */
static const char *const usual[] = {
    "s rotg rot rotm rotmg swap copy scal axpy axpby dot asum gemv gbmv symv sbmv spmv trmv tbmv tpmv trsv tbsv tpsv ger syr "
    "spr "
    "syr2 spr2 gemm symm syrk syr2k trmm trsm getrf getrs gesv getri potrf potrs posv geqrf orgqr ormqr gesdd gesvd syevd "
    "syevr "
    "syev geev gees gelsd trtrs gecon nrm2 =isamax",
    "d rotg rot rotm rotmg swap copy scal axpy axpby dot asum gemv gbmv symv sbmv spmv trmv tbmv tpmv trsv tbsv tpsv ger syr "
    "spr "
    "syr2 spr2 gemm symm syrk syr2k trmm trsm getrf getrs gesv getri potrf potrs posv geqrf orgqr ormqr gesdd gesvd syevd "
    "syevr "
    "syev geev gees gelsd trtrs gecon nrm2 =idamax",
    "c rotg swap copy scal axpy dotu dotc gemv gbmv hemv hbmv hpmv trmv tbmv tpmv trsv tbsv tpsv geru gerc her hpr her2 hpr2 "
    "gemm "
    "symm hemm syrk herk syr2k her2k trmm trsm getrf getrs gesv potrf geqrf ungqr unmqr gesdd heevd heevr geev =icamax =scnrm2 "
    "=scasum "
    "=csscal =csrot",
    "z rotg swap copy scal axpy dotu dotc gemv gbmv hemv hbmv hpmv trmv tbmv tpmv trsv tbsv tpsv geru gerc her hpr her2 hpr2 "
    "gemm "
    "symm hemm syrk herk syr2k her2k trmm trsm getrf getrs gesv potrf geqrf ungqr unmqr gesdd heevd heevr geev =izamax =dznrm2 "
    "=dzasum "
    "=zdscal =zdrot",
};

Test(ids, of_usual_routines_do_not_share_a_place)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const char *holder[THREAD_HOT] = {0};
        char text[1024], name[16], *rest;
        strcpy(text, usual[i]);
        strtok_r(text, " ", &rest);
        for (const char *family; (family = strtok_r(NULL, " ", &rest));) {
            if (*family == '=')
                strcpy(name, family + 1);
            else
                snprintf(name, sizeof name, "%c%s", *usual[i], family);
            int index = cost_find(name);
            cr_assert(ge(int, index, 0), "%s", name);
            const char **place = &holder[cost_routines[index].id % THREAD_HOT];
            cr_expect(zero(ptr, (void *)(uintptr_t)*place), "%s has the place of %s", name, *place);
            *place = cost_name(&cost_routines[index]);
        }
    }
}

Test(ids, name_their_routine)
{
    for (int i = 0; i < cost_routine_count; i++)
        cr_expect(eq(ptr, (void *)(uintptr_t)cost_routine_of(cost_routines[i].id), (void *)(uintptr_t)&cost_routines[i]));
}

Test(cost, a_transform_is_five_n_log_n_truncated_once)
{
    int routine = cost_find("fftw_execute");
    for (int64_t n = 1; n < 20000; n += 1 + n / 100) {
        const int64_t arg[] = {'C', n, 3, 1};
        long double exact = 15 * (long double)n * log2l((long double)n);
        cr_assert_eq(cost_price((unsigned)routine, arg, COST_OPS), (uint64_t)exact, "n = %ld", n);
    }
    const int64_t huge[] = {'C', INT64_MAX, INT64_MAX, 1}, none[] = {'R', 64, 0, 1};
    cr_assert_eq(cost_price((unsigned)routine, huge, COST_OPS), UINT64_MAX);
    cr_assert_eq(cost_price((unsigned)routine, none, COST_OPS), 0);
}
