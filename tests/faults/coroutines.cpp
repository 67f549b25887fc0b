// coroutines N: two coroutines of Boost.Context that switch inside of a call of LAPACK, N rounds; the last is left suspended in
// its call, and destroyed there by an exception. Prints what was called: dgees ddot.
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace context = boost::context;

extern "C" {
void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info, std::size_t, std::size_t);
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
}

static int made_dgees, made_ddot;
static context::fiber other; // whoever is not running

static void dot()
{
    const int n = 4, one = 1;
    const double x[4] = {1, 2, 3, 4};
    if (ddot_(&n, x, &one, x, &one) != 30)
        std::abort();
    made_ddot++;
}

static void to_other()
{
    other = std::move(other).resume();
}

static int selects(const double *real, const double *)
{
    to_other();
    dot();
    return *real > 0;
}

static void schur()
{
    double a[4] = {1, 2, 3, 4}, wr[2], wi[2], vs[4], work[64];
    int bwork[2], sdim, info;
    const int n = 2, lwork = 64;
    made_dgees++;
    dgees_("V", "S", selects, &n, a, &n, &sdim, wr, wi, vs, &n, work, &lwork, bwork, &info, 1, 1);
    dot();
}

static context::fiber endless(context::fiber &&main)
{
    other = std::move(main);
    for (;;)
        schur();
}

template <class Stack> static void rounds(Stack stack, int count)
{
    other = context::fiber(std::allocator_arg, stack, endless);
    for (; count > 0; count--) {
        to_other();
        dot();
        schur();
    }
    other = context::fiber();
    dot();
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? std::atoi(argv[1]) : 1;
    rounds(context::fixedsize_stack(), count);
    rounds(context::protected_fixedsize_stack(), count);
    std::printf("%d %d\n", made_dgees, made_ddot);
}
