// jumps throw|longjmp N: every other call is illegal and leaves through xerbla_, by an exception or by longjmp.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

extern "C" {
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, std::size_t, std::size_t);
double ddot_(const int *, const double *, const int *, const double *, const int *);
void xerbla_(const char *name, const int *info, std::size_t length);
}

static bool by_throw;
static std::jmp_buf out;

void xerbla_(const char *name, const int *info, std::size_t)
{
    if (by_throw)
        throw std::runtime_error(name[0] == 'D' && *info == 1 ? "illegal" : "unexpected");
    std::longjmp(out, *info);
}

static void call(const char *transa)
{
    const int two = 2;
    const double one = 1, a[4] = {1, 2, 3, 4};
    double c[4] = {0, 0, 0, 0};
    dgemm_(transa, "N", &two, &two, &two, &one, a, &two, a, &two, &one, c, &two, 1, 1);
    std::printf("%g\n", c[0]);
}

static void one_round()
{
    const int three = 3, one = 1;
    const double x[3] = {1, 2, 3};
    if (by_throw) {
        try {
            call("X");
        } catch (const std::exception &e) {
            std::printf("%s\n", e.what());
        }
    } else if (int info = setjmp(out)) {
        std::printf("illegal %d\n", info);
    } else {
        call("X");
    }
    call("N");
    std::printf("%g\n", ddot_(&three, x, &one, x, &one));
}

int main(int argc, char **argv)
{
    by_throw = argc > 1 && !std::strcmp(argv[1], "throw");
    for (int i = argc > 2 ? std::atoi(argv[2]) : 1; i > 0; i--)
        one_round();
}
