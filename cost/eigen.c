/* Reductions to condensed form, and what the iterations on it cost. The reductions are counted; an iteration's work
 * depends on the data: its terms, and the blocking that real runs add, were fitted to counted runs of reference LAPACK
 * 3.11 on dense random matrices (n = 64 to 512), and are totals of real operations. weight is 4 for complex data, which
 * the reductions and the vectors pay, 1 for real. */
#include "formulas.h"

#define PANEL 32       /* block size of sytrd in the fitted runs */
#define VECTORS 128    /* that trevc3 multiplies into the Schur vectors at a time */
#define MANY_SHIFTS 76 /* order from which LAQZ0 takes many */
#define CROSSOVER 128  /* order below which gebrd and gehrd are unblocked there */

/* LAWN 41. */
struct cost_ops count_gebrd(count_t m, count_t n)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    if (outside(k, large))
        return ops_outside(k);
    const count_t cubic = 2 * k * (3 * large - k);
    return ops(k * (20 + k * 6 + cubic) / 3, k * (5 + 3 * k - 3 * large + cubic) / 3);
}

/* LAWN 41 for the active block of order h, and the rows and columns beside it (derived here). */
struct cost_ops count_gehrd(count_t n, count_t ilo, count_t ihi)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (outside(h - 1, n))
        return ops_outside(h - 1);
    const count_t beside = (n - h) * h * (h - 1);
    return ops((-78 + h * (-7 + 3 * h + 10 * h * h)) / 6 + beside, (-24 + h * (-2 - 3 * h + 5 * h * h)) / 3 + beside);
}

/* LAWN 41. */
struct cost_ops count_sytrd(count_t n)
{
    if (outside(n - 1, n))
        return ops_outside(n - 1);
    return ops((-90 + n * (-1 + 15 * n + 4 * n * n)) / 6, (-12 + n * (-8 + 3 * n + 2 * n * n)) / 3);
}

/* Products executed by the blocked reduction of the fitted runs, beyond the count. */
static count_t sytrd_blocked(count_t n, count_t weight)
{
    return weight * ((4 * n * n * n + 15 * n * n) / 3 + 60 * count_max(n * n - PANEL * PANEL, 0));
}

count_t count_gebrd_blocked(count_t m, count_t n, count_t weight)
{
    const count_t k = count_min(m, n);
    const count_t panels = k <= 0 ? 0 : CROSSOVER * count_max(k * k - CROSSOVER * CROSSOVER, 0) / k;
    return count_add(ops_total(count_gebrd(m, n), weight), weight * panels * count_max(m, n));
}

static count_t gehrd_blocked(count_t n, count_t weight)
{
    const count_t panels = 42 * count_max(n * n - CROSSOVER * CROSSOVER, 0);
    return count_add(ops_total(count_gehrd(n, 1, n), weight), weight * panels);
}

/* Eigenvalues that a call asks for: il to iu where range is I, else all. */
count_t count_wanted(int64_t range, count_t n, count_t il, count_t iu)
{
    return range == 'I' ? count_max(count_min(iu, n) - count_max(il, 1) + 1, 0) : n;
}

/* QL or QR iteration on a symmetric tridiagonal matrix; vectors of order n are updated where there are any. */
count_t count_steqr(int64_t compz, count_t n, count_t weight)
{
    if (outside(n - 1, n))
        return count_outside(n - 1);
    if (compz == 'N')
        return (22 * n + 230) * n;
    return weight * (705 * n * n * n + 4500 * n * n) / 100;
}

/* Divide and conquer (vectors I: of the tridiagonal matrix; V: of the dense one, a product more). */
count_t count_stedc(int64_t compz, count_t n, count_t weight)
{
    if (outside(n - 1, n))
        return count_outside(n - 1);
    if (compz == 'N')
        return (165 * n * n + 670 * n) / 10;
    if (compz == 'V' && weight == 4) /* every merge is multiplied into rows of n complex entries */
        return 73 * n * n * n / 10 + 90 * n * n;
    return (compz == 'V' ? 3 : 1) * n * n * n + 134 * n * n;
}

/* Bisection and inverse iteration, or relatively robust representations, for k of n pairs. Vectors of all have the more
 * levels of clusters the larger n is. */
count_t count_stemr(int64_t jobz, count_t n, count_t k)
{
    if (outside(count_min(n - 1, k), n))
        return count_outside(count_min(n - 1, k));
    if (k < n)
        return n * k * (jobz == 'V' ? 190 : 150);
    return (jobz == 'V' ? n * n * (1088 + n) / 34 : 17 * n * n) + 80 * n;
}

/* syev, heev. */
count_t count_syev(int64_t jobz, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const count_t reduction = sytrd_blocked(n, weight);
    if (jobz == 'N')
        return reduction + 17 * n * n + 80 * n;
    return reduction + weight * (81 * n * n * n + 440 * n * n) / 10;
}

/* syevd and its kin: divide and conquer where vectors are wanted. */
count_t count_syevd(int64_t jobz, count_t n, count_t weight)
{
    if (outside(n, n) || jobz == 'N')
        return count_syev('N', n, weight);
    return sytrd_blocked(n, weight) + (2 * weight + 1) * n * n * n + 134 * n * n;
}

/* syevr: representations; k pairs wanted. */
count_t count_syevr(int64_t jobz, count_t n, count_t k, count_t weight)
{
    if (outside(count_min(n, k), n) || jobz == 'N')
        return k > 0 ? count_syev('N', n, weight) : 0;
    return sytrd_blocked(n, weight) + weight * 2 * n * n * k + 60 * n * k;
}

/* syevx: QL iteration for all vectors, else bisection and inverse iteration for k of them. */
count_t count_syevx(int64_t jobz, count_t n, count_t k, count_t weight)
{
    if (outside(count_min(n, k), n) || (jobz == 'N' && k == n))
        return k > 0 ? count_syev('N', n, weight) : 0;
    const count_t reduction = sytrd_blocked(n, weight);
    if (k == n)
        return reduction + weight * (8 * n * n * n + 49 * n * n);
    return reduction + count_stemr(jobz, n, k) + (jobz == 'V' ? weight * 2 * n * n * k : 0);
}

/* What sptrd does less than the blocked reduction that syev and its kin are fitted with: packed storage has none. */
count_t count_unblocked(count_t n, count_t weight)
{
    return outside(n, n) ? 0 : weight * 60 * count_max(n * n - PANEL * PANEL, 0);
}

/* Band to tridiagonal by rotations, each chased down the band: 6 operations for each of n (n - kd) kd entries touched.
 * Where the rotations are multiplied into a given matrix (vect U) 3 n^3 for them; from the identity (V) as far as it has
 * filled in. Golub & Van Loan, and fitted. */
count_t count_sbtrd(int64_t vect, count_t n, count_t kd, count_t weight)
{
    if (outside(n - 1, n))
        return count_outside(n - 1);
    kd = count_min(kd, n - 1);
    if (kd <= 1)
        return 0;
    const count_t band = 6 * n * (n - kd) * kd, cube = n * n * n * (kd - 1);
    return weight * (band + (vect == 'N' ? 0 : vect == 'U' ? 3 * cube / kd : cube * (2 * kd - 1) / (kd * kd)));
}

/* Two-sided reduction in two stages: to a band of 32 (complex data: 16), where n is more than that, then to tridiagonal
 * form. Derived here. */
count_t count_sytrd_2stage(count_t n, count_t weight)
{
    if (outside(n - 1, n))
        return count_outside(n - 1);
    const count_t band = count_min(weight == 4 ? PANEL / 2 : PANEL, n - 1);
    const count_t to_band = n > band + 1 ? weight * 4 * n * n * n / 3 : 0;
    return count_add(to_band, weight * 6 * n * (n - band) * band);
}

/* Operations an entry, in hundredths, as slope n + constant: below order 150, where IPARMQ takes 10 shifts at a time or
 * LAHQR does it all; and the smaller of two above, where shifts are many and early deflation saves ever more. */
struct fit {
    count_t few, few_rest, many, many_rest, large, large_rest;
};
static const struct fit values_fit = {650, 12000, 360, 112000, 160, 240000};
static const struct fit form_fit = {900, 10700, 525, 123000, 167, 355000};
static const struct fit vectors_fit = {1650, 22000, 1010, 200500, 485, 450000};
static const struct fit gees_fit = {1770, 17600, 1150, 210000, 685, 389000};
static const struct fit geev_fit = {1980, 20000, 1290, 225000, 860, 370000};

static count_t iteration(struct fit fit, count_t h, count_t n)
{
    if (h < 150)
        return fit.few * n + fit.few_rest;
    return count_min(fit.many * n + fit.many_rest, fit.large * n + fit.large_rest);
}

/* Hessenberg QR iteration on an active block of order h = ihi - ilo + 1. */
count_t count_hseqr(int64_t job, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (outside(h - 1, n))
        return count_outside(h - 1);
    const bool values = job == 'E' && compz == 'N';
    const struct fit fit = values ? values_fit : compz == 'N' ? form_fit : vectors_fit;
    return weight * h * h * iteration(fit, h, values ? h : n) / 100;
}

/* The iteration with two shifts at a time, that hseqr takes for small orders. */
count_t count_lahqr(int64_t job, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (outside(h - 1, n))
        return count_outside(h - 1);
    const bool values = job == 'E' && compz == 'N';
    const struct fit fit = values ? values_fit : compz == 'N' ? form_fit : vectors_fit;
    return weight * h * h * (fit.few * (values ? h : n) + fit.few_rest) / 100;
}

/* geev; sides: how many of left and right vectors are wanted. */
count_t count_geev(int64_t jobvl, int64_t jobvr, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const int sides = (jobvl == 'V') + (jobvr == 'V');
    const count_t vectors = iteration(geev_fit, n, n) + (sides == 2 ? 150 * n + 3000 : 0);
    const count_t all = sides == 0 ? iteration(values_fit, n, n) : vectors;
    return gehrd_blocked(n, weight) + weight * n * n * all / 100;
}

count_t count_gees(int64_t jobvs, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const struct fit fit = jobvs == 'V' ? gees_fit : form_fit;
    return gehrd_blocked(n, weight) + weight * n * n * iteration(fit, n, n) / 100;
}

/* QZ: generalised Schur form, accumulating 0, 1 or 2 transformations. */
count_t count_gges(int64_t jobvsl, int64_t jobvsr, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const int sides = (jobvsl == 'V') + (jobvsr == 'V');
    if (weight == 4)
        return weight * ((308 + 133 * sides) * n * n * n + (2220 + 410 * sides) * n * n) / 10;
    return weight * ((264 + 103 * sides) * n * n * n + (1750 + 1125 * sides) * n * n) / 10;
}

count_t count_ggev(int64_t jobvl, int64_t jobvr, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const int sides = (jobvl == 'V') + (jobvr == 'V');
    if (sides == 0)
        return weight * (weight == 4 ? 258 * n * n * n + 2500 * n * n : 223 * n * n * n + 1680 * n * n) / 10;
    if (weight == 4)
        return weight * ((281 + 163 * sides) * n * n * n + (3130 + 90 * sides) * n * n) / 10;
    return weight * ((264 + 126 * sides) * n * n * n + (1800 + 300 * sides) * n * n) / 10;
}

/* Reduction to Hessenberg and triangular form by rotations. Fitted; Golub & Van Loan: 8 n^3, and
 * 2 n^3 a factor. */
count_t count_gghrd(int64_t compq, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (outside(h - 1, n))
        return count_outside(h - 1);
    return weight * (8 * h * h * n + ((compq != 'N') + (compz != 'N')) * 3 * h * h * n);
}

/* The QZ iteration: what gges does after gghrd. Complex data have one shift at a time, and a rotation's real cosine is made
 * complex by the compiler. */
count_t count_hgeqz(int64_t job, int64_t compq, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (outside(h - 1, n))
        return count_outside(h - 1);
    const int sides = (compq != 'N') + (compz != 'N');
    if (weight == 4)
        return weight * (((job == 'E' ? 128 : 177) + 95 * sides) * h * h * n + 1960 * h * h) / 10;
    return weight * (((job == 'E' ? 90 : 135) + 73 * sides) * h * h * n + 3300 * h * h) / 10;
}

/* Many shifts at a time, from order 76 on: what aggressive deflation costs is made good as the order grows. */
count_t count_laqz0(int64_t wants, int64_t wantq, int64_t wantz, count_t n, count_t ilo, count_t ihi, count_t weight)
{
    const count_t h = count_min(ihi, n) - count_max(ilo, 1) + 1;
    if (h < MANY_SHIFTS || outside(h - 1, n))
        return count_hgeqz(wants, wantq, wantz, n, ilo, ihi, weight);
    const int sides = (wantq != 'N') + (wantz != 'N');
    const count_t cubic = (wants == 'E' ? 59 : 80) + 35 * sides, square = (wants == 'E' ? 19000 : 24000) + 3800 * sides;
    return weight * (cubic * h * h * n + square * h * h) / 10;
}

count_t count_gges3(int64_t jobvsl, int64_t jobvsr, count_t n, count_t weight)
{
    if (n < MANY_SHIFTS || outside(n, n))
        return count_gges(jobvsl, jobvsr, n, weight);
    const int sides = (jobvsl == 'V') + (jobvsr == 'V');
    return weight * ((1960 + 715 * sides) * n * n * n + (212000 + 60500 * sides) * n * n) / 100;
}

count_t count_ggev3(int64_t jobvl, int64_t jobvr, count_t n, count_t weight)
{
    if (n < MANY_SHIFTS || outside(n, n))
        return count_ggev(jobvl, jobvr, n, weight);
    const int sides = (jobvl == 'V') + (jobvr == 'V');
    if (sides == 0)
        return weight * (181 * n * n * n + 19100 * n * n) / 10;
    return weight * ((187 + 89 * sides) * n * n * n + (14700 + 13150 * sides) * n * n) / 10;
}

/* Eigenvectors of a quasi-triangular matrix, of one side: by back substitution, and multiplied into the Schur vectors
 * where howmny is B. Exact for howmny A up to the order of n^2. */
count_t count_trevc(int64_t side, int64_t howmny, count_t n, count_t weight)
{
    if (outside(n, n))
        return count_outside(n);
    const count_t one = (howmny == 'B' ? 4 * n * n * n + 12 * n * n : n * n * n + 9 * n * n) / 3;
    return weight * (side == 'B' ? 2 * one : one);
}

/* As trevc, but vectors are multiplied VECTORS at a time, whole columns as far as the last of them reaches. */
count_t count_trevc3(int64_t side, int64_t howmny, count_t n, count_t weight)
{
    if (outside(n, n) || howmny != 'B')
        return count_trevc(side, howmny, n, weight);
    const count_t blocks = (n + VECTORS - 1) / VECTORS;
    const count_t one = (4 * n * n * n + 12 * n * n) / 3 + n * n * n / blocks;
    return weight * (side == 'B' ? 2 * one : one);
}
