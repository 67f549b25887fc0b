/* A row of the oracle, and what the reference does beyond the price of a routine of class exact: scaling by alpha and
 * beta, complex divisions (9 operations, charged 6), real numbers that the compiler makes complex. In real operations. */
#pragma once
#include "evaluate.h"
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 16

struct row {
    char text[256]; /* routine and arguments, for messages */
    char routine[32];
    char args[200];
    const char *assignments[ARGUMENTS_MAX];
    int count;
    int nb;        /* 0: default block sizes, 1: unblocked */
    long executed; /* multiplications, additions, divisions: real operations */
    struct cost_answer answer;
};

static const char *find(const struct row *r, const char *name)
{
    const size_t length = strlen(name);
    for (int i = 0; i < r->count; i++)
        if (!strncmp(r->assignments[i], name, length) && r->assignments[i][length] == '=')
            return r->assignments[i] + length + 1;
    return NULL;
}

static long dim(const struct row *r, const char *name)
{
    const char *value = find(r, name);
    return value ? atol(value) : 0;
}

static bool is(const struct row *r, const char *name, const char *value)
{
    const char *found = find(r, name);
    return found && !strcmp(found, value);
}

static bool complex_data(const struct row *r)
{
    return r->routine[0] == 'z';
}

/* Multiplications and additions of the routine's own field. */
static long field(const struct row *r, long mults, long adds)
{
    return complex_data(r) ? 6 * mults + 2 * adds : mults + adds;
}

static bool scales_by_beta(const struct row *r)
{
    return is(r, "beta", "g");
}

static bool adds_to_c(const struct row *r)
{
    return !is(r, "beta", "0");
}

static bool transposed(const struct row *r)
{
    const char *trans = find(r, find(r, "transa") ? "transa" : "trans");
    return trans && *trans != 'N';
}

static long nothing(const struct row *r)
{
    (void)r;
    return 0;
}

static long one_operation(const struct row *r)
{
    (void)r;
    return 1;
}

/* The factor 1 is compared by its absolute value |re| + |im|. */
static long complex_compare(const struct row *r)
{
    return complex_data(r) ? 1 : 0;
}

/* alpha x or the dot products times alpha; beta y. */
static long gemv(const struct row *r)
{
    const long m = dim(r, "m"), n = dim(r, "n"), y = transposed(r) ? n : m;
    return field(r, n + (scales_by_beta(r) ? y : 0), transposed(r) ? n : 0);
}

static long symv(const struct row *r)
{
    const long n = dim(r, "n");
    return field(r, 2 * n + (scales_by_beta(r) ? n : 0), n);
}

static long alpha_y(const struct row *r)
{
    return field(r, dim(r, "n"), 0);
}

/* zspr multiplies the diagonal's entry by alpha once more. */
static long spr(const struct row *r)
{
    return alpha_y(r) * (complex_data(r) ? 2 : 1);
}

static long alpha_x_y(const struct row *r)
{
    return field(r, 2 * dim(r, "n"), 0);
}

/* A real alpha, and a real diagonal whose updates are half operations. */
static long her(const struct row *r)
{
    return 2 * dim(r, "n");
}

static long her2(const struct row *r)
{
    return 4 * dim(r, "n");
}

static long gemm(const struct row *r)
{
    const long m = dim(r, "m"), n = dim(r, "n"), k = dim(r, "k");
    if (!transposed(r))
        return field(r, n * k + (scales_by_beta(r) ? m * n : 0), 0);
    return field(r, m * n + (adds_to_c(r) ? m * n : 0), adds_to_c(r) ? m * n : 0);
}

static long syrk(const struct row *r)
{
    const long n = dim(r, "n"), k = dim(r, "k"), t = n * (n + 1) / 2;
    if (!transposed(r))
        return field(r, n * k + (scales_by_beta(r) ? t : 0), 0);
    return field(r, t + (adds_to_c(r) ? t : 0), adds_to_c(r) ? t : 0);
}

static long syr2k(const struct row *r)
{
    const long n = dim(r, "n"), k = dim(r, "k"), t = n * (n + 1) / 2;
    if (!transposed(r))
        return field(r, 2 * n * k + (scales_by_beta(r) ? t : 0), 0);
    return field(r, 2 * t + (adds_to_c(r) ? t : 0), t + (adds_to_c(r) ? t : 0));
}

/* The real diagonal saves 4 of 8 operations; real alpha and beta are made complex off the diagonal. */
static long herk(const struct row *r)
{
    const long n = dim(r, "n"), k = dim(r, "k");
    if (!transposed(r))
        return 2 * n * k + (scales_by_beta(r) ? 3 * n * n - 2 * n : 0);
    return 3 * n * n - 2 * n - 4 * n * k + (adds_to_c(r) ? 4 * n * n - 2 * n : 0);
}

static long her2k(const struct row *r)
{
    const long n = dim(r, "n"), k = dim(r, "k");
    if (!transposed(r))
        return 4 * n * k + (scales_by_beta(r) ? 3 * n * n - 2 * n : 0);
    return 7 * n * n + (adds_to_c(r) ? 4 * n * n - 2 * n : 0);
}

static long symm(const struct row *r)
{
    const long m = dim(r, "m"), n = dim(r, "n"), c = adds_to_c(r) ? m * n : 0;
    if (is(r, "side", "L"))
        return field(r, 2 * m * n + c, c);
    return field(r, n * n + c, c - m * n);
}

static long hemm(const struct row *r)
{
    return symm(r) - (is(r, "side", "R") ? 2 * (dim(r, "n") - 1) : 0);
}

static long trmm(const struct row *r)
{
    const long m = dim(r, "m"), n = dim(r, "n");
    const bool unit = is(r, "diag", "U"), alpha = !is(r, "alpha", "1");
    if (is(r, "side", "L"))
        return field(r, m * n, 0);
    return field(r, n * (n - 1) / 2 + (!unit ? n : !transposed(r) || alpha ? m * n : 0), 0);
}

/* alpha B; a complex division is 9 operations, a reciprocal 8; a product by it is charged as the division. */
static long trsm(const struct row *r)
{
    const long m = dim(r, "m"), n = dim(r, "n"), dot_products = is(r, "side", "L") && transposed(r);
    const long scaled = is(r, "alpha", "1") && !dot_products ? 0 : m * n;
    if (is(r, "diag", "U"))
        return field(r, scaled, 0);
    if (is(r, "side", "R"))
        return field(r, scaled, 0) + (complex_data(r) ? 8 : 1) * n;
    return field(r, scaled, 0) + (complex_data(r) ? 3 * m * n : 0);
}

/* A complex division is 9 operations and charged 6. */
static long divisions(const struct row *r, long count)
{
    return complex_data(r) && !is(r, "diag", "U") ? 3 * count : 0;
}

static long trsv(const struct row *r)
{
    return divisions(r, dim(r, "n"));
}

static long rhs(const struct row *r)
{
    return dim(r, "n") * dim(r, "nrhs");
}

/* A transposed solve scales by alpha. */
static long trtrs(const struct row *r)
{
    return divisions(r, rhs(r)) + (transposed(r) ? field(r, rhs(r), 0) : 0);
}

static long getrs(const struct row *r)
{
    return divisions(r, rhs(r)) + (transposed(r) ? field(r, 2 * rhs(r), 0) : 0);
}

static long potrs(const struct row *r)
{
    return divisions(r, 2 * rhs(r)) + field(r, rhs(r), 0);
}

static long gbtrs(const struct row *r)
{
    const long updates = rhs(r) - dim(r, "nrhs");
    return divisions(r, rhs(r)) + field(r, updates, transposed(r) ? updates : 0);
}

static long pbtrs(const struct row *r)
{
    return divisions(r, 2 * rhs(r));
}

static long gttrs(const struct row *r)
{
    return divisions(r, rhs(r));
}

/* A reciprocal of a complex diagonal entry. */
static long trtri(const struct row *r)
{
    return complex_data(r) && !is(r, "diag", "U") ? 2 * dim(r, "n") : 0;
}

/* A complex number over a real one is divided as by a complex one: 9 operations, charged 2. */
static long ptsv(const struct row *r)
{
    return complex_data(r) ? 7 * rhs(r) : 0;
}

/* Of more than two right-hand sides the last entry's division does what it needs of the diagonal once for all of them. */
static long ptts2(const struct row *r)
{
    const long columns = dim(r, "nrhs");
    return ptsv(r) - (complex_data(r) && columns > 2 ? 3 * (columns - 1) : 0);
}

/* The compiler makes the real sine and cosine complex. */
static long rot(const struct row *r)
{
    return r->routine[0] == 'z' ? 12 * dim(r, "n") : 0;
}

/* A routine by the end of its name; the first that fits counts. */
static const struct {
    const char *family;
    long (*term)(const struct row *);
} terms[] = {
    {"gemv", gemv},
    {"gbmv", gemv},
    {"symv", symv},
    {"hemv", symv},
    {"spmv", symv},
    {"hpmv", symv},
    {"sbmv", symv},
    {"hbmv", symv},
    {"ger", alpha_y},
    {"geru", alpha_y},
    {"gerc", alpha_y},
    {"syr", alpha_y},
    {"spr", spr},
    {"her", her},
    {"hpr", her},
    {"syr2", alpha_x_y},
    {"spr2", alpha_x_y},
    {"her2", her2},
    {"hpr2", her2},
    {"gemm", gemm},
    {"syrk", syrk},
    {"syr2k", syr2k},
    {"herk", herk},
    {"her2k", her2k},
    {"symm", symm},
    {"hemm", hemm},
    {"trmm", trmm},
    {"trsm", trsm},
    {"trsv", trsv},
    {"tpsv", trsv},
    {"tbsv", trsv},
    {"trtrs", trtrs},
    {"tptrs", trtrs},
    {"getrs", getrs},
    {"potrs", potrs},
    {"gbtrs", gbtrs},
    {"pbtrs", pbtrs},
    {"gttrs", gttrs},
    {"trtri", trtri},
    {"ptsv", ptsv},
    {"pttrs", ptsv},
    {"ptts2", ptts2},
    {"gtts2", gttrs},
    {"pptrs", pbtrs},
    {"tbtrs", gttrs},
    {"trti2", trtri},
    {"tptri", trtri},
    {"drot", rot},
    {"nrm2", one_operation},
    {"znrm2", one_operation},
    {"rotm", one_operation},
    {"axpy", complex_compare},
};

static long term_of(const struct row *r)
{
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        if (!strcmp(r->routine + 1, terms[i].family))
            return terms[i].term(r);
    return nothing(r);
}
