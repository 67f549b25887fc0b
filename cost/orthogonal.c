/* Orthogonal factorisations, their Q, and least squares. Words: q is the order of an orthogonal matrix, c the other
 * dimension of what it is applied to, k the number of its reflectors. */
#include "formulas.h"

static count_t largest3(count_t a, count_t b, count_t c)
{
    return count_max(count_max(a, b), c);
}

static count_t smallest3(count_t a, count_t b, count_t c)
{
    return count_min(count_min(a, b), c);
}

/* LAWN 41: geqrf and geqlf. */
struct cost_ops count_geqrf(count_t m, count_t n)
{
    if (outside(count_min(m, n), count_max(m, n)))
        return ops_outside(count_min(m, n));
    if (m >= n)
        return ops(n * (23 + 6 * m + 3 * n + 2 * n * (3 * m - n)) / 6, n * (5 + 3 * n + 2 * n * (3 * m - n)) / 6);
    return ops(m * (23 + 12 * n - 3 * m + 2 * m * (3 * n - m)) / 6, m * (5 + 6 * n - 3 * m + 2 * m * (3 * n - m)) / 6);
}

/* LAWN 41: gelqf and gerqf. */
struct cost_ops count_gelqf(count_t m, count_t n)
{
    if (outside(count_min(m, n), count_max(m, n)))
        return ops_outside(count_min(m, n));
    if (m >= n)
        return ops(n * (29 + 6 * m + 3 * n + 2 * n * (3 * m - n)) / 6, n * (5 + 6 * m - 3 * n + 2 * n * (3 * m - n)) / 6);
    return ops(m * (29 + 12 * n - 3 * m + 2 * m * (3 * n - m)) / 6, m * (5 + 3 * m + 2 * m * (3 * n - m)) / 6);
}

/* The part that orgqr and orglq share: k (2 m n + k (2 k / 3 - m - n)). */
static count_t generate(count_t m, count_t n, count_t k)
{
    return k * (6 * m * n + k * (2 * k - 3 * m - 3 * n));
}

/* LAWN 41: orgqr and orgql, ungqr and ungql. */
struct cost_ops count_orgqr(count_t m, count_t n, count_t k)
{
    if (outside(smallest3(m, n, k), largest3(m, n, k)))
        return ops_outside(smallest3(m, n, k));
    n = count_min(n, m); /* more columns, or reflectors, are an illegal call */
    k = count_min(k, n);
    return ops((generate(m, n, k) + k * (-5 + 6 * n - 3 * k)) / 3, (generate(m, n, k) + k * (1 + 3 * n - 3 * m)) / 3);
}

/* LAWN 41: orglq and orgrq, unglq and ungrq. */
struct cost_ops count_orglq(count_t m, count_t n, count_t k)
{
    if (outside(smallest3(m, n, k), largest3(m, n, k)))
        return ops_outside(smallest3(m, n, k));
    m = count_min(m, n);
    k = count_min(k, m);
    return ops((generate(m, n, k) + k * (-2 + 3 * m + 3 * n - 3 * k)) / 3, (generate(m, n, k) + k * (1 + 3 * m - 3 * n)) / 3);
}

/* LAWN 41: ormqr, ormql, ormlq and ormrq, unm*. */
struct cost_ops count_ormqr(int64_t side, count_t m, count_t n, count_t k)
{
    k = count_min(k, side == 'L' ? m : n);
    if (outside(smallest3(m, n, k), largest3(m, n, k)))
        return ops_outside(smallest3(m, n, k));
    if (side == 'L')
        return ops(k * n * (2 * m + 2 - k), k * n * (2 * m + 1 - k));
    return ops(k * (2 * m * (2 * n - k) + 2 * m + 2 * n + 1 - k) / 2, k * m * (2 * n + 1 - k));
}

/* LAWN 41 (DOPLA2). */
struct cost_ops count_orgbr(int64_t vect, count_t m, count_t n, count_t k)
{
    if (vect == 'Q')
        return m >= k ? count_orgqr(m, n, k) : count_orgqr(m - 1, m - 1, m - 1);
    return k < n ? count_orglq(m, n, k) : count_orglq(n - 1, n - 1, n - 1);
}

/* LAWN 41 (DOPLA2). */
struct cost_ops count_ormbr(int64_t vect, int64_t side, count_t m, count_t n, count_t k)
{
    const count_t q = side == 'L' ? m : n;
    const bool whole = vect == 'Q' ? q >= k : q > k;
    if (whole)
        return count_ormqr(side, m, n, k);
    return side == 'L' ? count_ormqr(side, m - 1, n, q - 1) : count_ormqr(side, m, n - 1, q - 1);
}

/* The reduction's reflectors 1 .. q-1 applied to C (LAWN 41): ormtr, ormhr, opmtr. */
struct cost_ops count_ormtr(int64_t side, count_t m, count_t n, count_t order)
{
    return side == 'L' ? count_ormqr(side, order, n, order - 1) : count_ormqr(side, m, order, order - 1);
}

/* k reflectors in panels nb wide: the sum of the panels' squared widths. */
static count_t panel_squares(count_t k, count_t nb)
{
    return k / nb * nb * nb + (k % nb) * (k % nb);
}

/* Derived here from LAWN 41's geqrf: the columns of T of panels nb wide, and their products. */
struct cost_ops count_geqrt(count_t m, count_t n, count_t nb)
{
    const count_t k = count_min(m, n);
    nb = count_min(nb, k);
    if (outside(count_min(k, nb), largest3(m, n, nb)))
        return ops_outside(count_min(k, nb));
    const count_t panels = panel_squares(k, nb) * (m + n - k) / 2;
    return ops_add(count_geqrf(m, n), ops(panels, panels));
}

/* Derived here: n reflectors that reach into m rows, of which the last l form a trapezoid, cost 2 m n^2 - 2 l^2 n +
 * 2 l^3 / 3; their norms; T of panels nb wide and its products. */
struct cost_ops count_tpqrt(count_t m, count_t n, count_t l, count_t nb)
{
    l = count_max(count_min(l, count_min(m, n)), 0);
    nb = count_min(nb, n);
    if (outside(smallest3(m, n, nb), largest3(m, n, nb)))
        return ops_outside(smallest3(m, n, nb));
    const count_t reflectors = (6 * m * n * n - 6 * l * l * n + 2 * l * l * l) / 6;
    const count_t half = reflectors + panel_squares(n, nb) * (2 * m - l + n) / 4 + n * (3 * m - l) / 2 + n * n / 2;
    return ops(half, half);
}

/* Derived here: the reflectors as in tpqrt, and T of order n by rows: m n^2 - l^2 n + l^3/3 + n^3/3. */
struct cost_ops count_tpqrt2(count_t m, count_t n, count_t l)
{
    l = count_max(count_min(l, count_min(m, n)), 0);
    if (outside(count_min(m, n), count_max(m, n)))
        return ops_outside(count_min(m, n));
    const count_t reflectors = (6 * m * n * n - 6 * l * l * n + 2 * l * l * l) / 6;
    const count_t half = reflectors + (reflectors + n * n * n / 3) / 2 + n * (3 * m - l) / 2 + n * n / 2;
    return ops(half, half);
}

/* Derived here: two products with k reflectors of m rows (a trapezoid of l among them), and one with T. */
struct cost_ops count_tprfb(int64_t side, count_t m, count_t n, count_t k, count_t l)
{
    const count_t q = side == 'L' ? m : n, c = side == 'L' ? n : m;
    if (outside(smallest3(m, n, k), largest3(m, n, k)))
        return ops_outside(smallest3(m, n, k));
    l = count_max(count_min(l, count_min(q, k)), 0);
    const count_t entries = q * k - l * (l - 1) / 2;
    return ops(c * (2 * entries + k * (k + 1) / 2), c * (2 * entries + k * (k + 1) / 2));
}

/* Level 3 without T stored apart: each panel's triangle is applied once more than by ormqr. Derived here. */
struct cost_ops count_gemqrt(int64_t side, count_t m, count_t n, count_t k, count_t nb)
{
    const count_t c = side == 'L' ? n : m;
    nb = count_min(nb, k);
    if (outside(count_min(nb, smallest3(m, n, k)), largest3(m, n, k)))
        return ops_outside(count_min(nb, smallest3(m, n, k)));
    return ops_add(count_ormqr(side, m, n, k), ops(c * k * nb / 2, c * k * nb / 2));
}

/* As tprfb, with T of panels nb wide in place of one of order k. */
struct cost_ops count_tpmqrt(int64_t side, count_t m, count_t n, count_t k, count_t l, count_t nb)
{
    const count_t c = side == 'L' ? n : m;
    const struct cost_ops whole = count_tprfb(side, m, n, k, l);
    nb = count_min(nb, k);
    if (nb <= 0 || whole.mults == 0 || whole.mults == COUNT_HUGE)
        return whole;
    const count_t less = c * k * (k - nb) / 2;
    return ops(whole.mults - less, whole.adds - less);
}

/* How many blocks of mb rows, each sharing n with those before it, follow the first; the rest goes to *last. */
static count_t row_blocks(count_t m, count_t n, count_t mb, count_t *last)
{
    *last = (m - mb) % (mb - n);
    return (m - mb) / (mb - n);
}

/* Tall and skinny: the first mb rows by geqrt, each block below by tpqrt. Derived here. */
struct cost_ops count_latsqr(count_t m, count_t n, count_t mb, count_t nb)
{
    if (outside(count_min(m, n), largest3(m, n, mb)) || mb <= n || mb >= m)
        return count_geqrt(m, n, nb);
    count_t last;
    const count_t blocks = row_blocks(m, n, mb, &last);
    const struct cost_ops below = ops_add(ops_times(count_tpqrt(mb - n, n, 0, nb), blocks), count_tpqrt(last, n, 0, nb));
    return ops_add(count_geqrt(mb, n, nb), below);
}

/* The Q of latsqr applied: gemqrt of the first mb rows (columns, from the right), tpmqrt of each block. Derived here. */
struct cost_ops count_lamtsqr(int64_t side, count_t m, count_t n, count_t k, count_t mb, count_t nb)
{
    const count_t q = side == 'L' ? m : n, c = side == 'L' ? n : m;
    if (outside(smallest3(m, n, k), largest3(m, n, mb)) || mb <= k || mb >= q)
        return count_gemqrt(side, m, n, k, nb);
    count_t last;
    const count_t blocks = row_blocks(q, k, mb, &last);
    const struct cost_ops below = ops_add(ops_times(count_tpmqrt('L', mb - k, c, k, 0, nb), blocks),
                                          count_tpmqrt('L', last, c, k, 0, nb));
    return ops_add(count_gemqrt('L', mb, c, k, nb), below);
}

/* geqrf, and the choice and update of the column norms, which are real (fitted). */
count_t count_geqp3(count_t m, count_t n, count_t weight)
{
    const count_t k = count_min(m, n);
    if (outside(k, count_max(m, n)))
        return count_outside(k);
    const count_t norms = (weight == 4 ? 4 : 2) * m * n + 9 * (2 * n * k - k * k) / 2;
    return count_add(ops_total(count_geqrf(m, n), weight), norms);
}

/* geqp3 that ends after most columns, and takes right-hand sides along. Derived here. */
count_t count_geqp3rk(count_t m, count_t n, count_t nrhs, count_t most, count_t weight)
{
    const count_t k = count_min(count_min(m, n), most);
    if (outside(k, largest3(m, n, nrhs)))
        return count_outside(k);
    const struct cost_ops steps = ops_add(count_geqrf(m, k), count_ormqr('L', m, n - k + count_max(nrhs, 0), k));
    const count_t norms = (weight == 4 ? 4 : 2) * m * n + 9 * (2 * n * k - k * k) / 2;
    return count_add(ops_total(steps, weight), norms);
}

/* Golub & Van Loan: each of m rows of the trapezoid eliminated against those above it. */
struct cost_ops count_tzrzf(count_t m, count_t n)
{
    if (m == n)
        return ops(0, 0);
    if (outside(count_min(m, n - m), n))
        return ops_outside(count_min(m, n - m));
    return ops(m * m * (n - m) + m * (n + 2), m * m * (n - m) + m);
}

/* DOPAUX (LAWN 41): the branch without a local array; and the updates of the work array and of C. */
struct cost_ops count_larfb(int64_t side, count_t m, count_t n, count_t k)
{
    const count_t q = side == 'L' ? m : n, c = side == 'L' ? n : m;
    if (outside(smallest3(m, n, k), largest3(m, n, k)))
        return ops_outside(smallest3(m, n, k));
    const count_t pairs = c * k * (4 * q - k - 1) + 2 * c * q;
    return ops(pairs / 2, pairs - pairs / 2);
}

/* LAWN 41. */
struct cost_ops count_larft(count_t n, count_t k)
{
    if (outside(count_min(n, k), count_max(n, k)))
        return ops_outside(count_min(n, k));
    return ops(k * (-5 + k * (6 - k) + 3 * n * (k - 1)) / 6, k * (1 - k * k + 3 * n * (k - 1)) / 6);
}

/* The composition: factor the taller way, apply Q, solve with the triangle. */
struct cost_ops count_gels(count_t m, count_t n, count_t nrhs)
{
    if (count_min(count_min(m, n), nrhs) <= 0) /* without a right-hand side it returns at once, and so does gelsy */
        return ops(0, 0);
    if (m >= n)
        return ops_add(count_geqrf(m, n), ops_add(count_ormqr('L', m, nrhs, n), count_trtrs(n, nrhs, 'N')));
    return ops_add(count_gelqf(m, n), ops_add(count_ormqr('L', n, nrhs, m), count_trtrs(m, nrhs, 'N')));
}

/* The composition for a full rank, which is known only afterwards: geqp3, Q' B, the triangle; incremental condition
 * estimation (fitted: 6 k^2 + 60 k). */
count_t count_gelsy(count_t m, count_t n, count_t nrhs, count_t weight)
{
    const count_t k = count_min(m, n);
    if (outside(count_min(k, nrhs), count_max(count_max(m, n), nrhs)))
        return count_outside(count_min(k, nrhs));
    struct cost_ops sum = ops_add(count_ormqr('L', m, nrhs, k), count_trtrs(k, nrhs, 'N'));
    if (m < n)
        sum = ops_add(sum, ops_add(count_tzrzf(m, n), count_product(n - m, nrhs, 2 * m)));
    return count_add(count_geqp3(m, n, weight), ops_total(sum, weight) + weight * (6 * k * k + 60 * k));
}
