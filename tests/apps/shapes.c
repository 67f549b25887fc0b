/* shapes CASE: calls whose shapes test_shapes.py knows. */
#include <flopshim.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void drotg_(double *, double *, double *, double *);
void dswap_(const int *, double *, const int *, double *, const int *);
void dgemv_(const char *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *, size_t);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
void dtrsm_(const char *, const char *, const char *, const char *, const int *, const int *, const double *, const double *,
            const int *, double *, const int *, size_t, size_t, size_t, size_t);
void dgesv_(const int *, const int *, double *, const int *, int *, double *, const int *, int *);
void dgesdd_(const char *, const int *, const int *, double *, const int *, double *, double *, const int *, double *,
             const int *, double *, const int *, int *, int *, size_t);

enum { N = 8 };
static const int one = 1, lead = N;

static void multiply(int m, int n, int k)
{
    const double alpha = 1, a[N * N] = {1};
    double c[N * N] = {0};
    dgemm_("N", "N", &m, &n, &k, &alpha, a, &lead, a, &lead, &alpha, c, &lead, 1, 1);
}

static void triangle(const char *side, int m, int n)
{
    const double alpha = 1;
    double a[N * N] = {0}, b[N * N] = {0};
    for (int i = 0; i < N; i++)
        a[i * N + i] = 1;
    dtrsm_(side, "U", "N", "N", &m, &n, &alpha, a, &lead, b, &lead, 1, 1, 1, 1);
}

static int solve(int n, int leading)
{
    double a[N * N] = {0}, b[N] = {0};
    int pivots[N], info;
    for (int i = 0; i < N; i++)
        a[i * N + i] = 2;
    dgesv_(&n, &one, a, &leading, pivots, b, &lead, &info);
    return info;
}

static void values(const char *job)
{
    const int m = 6, n = 4, room = 1000;
    double a[N * N] = {1}, s[N], u[N * N], vt[N * N], work[1000];
    int iwork[8 * N], info;
    dgesdd_(job, &m, &n, a, &lead, s, u, &lead, vt, &lead, work, &room, iwork, &info, 1);
}

static void by_hand(void)
{
    double x[N] = {1}, y[N] = {1}, c, s;
    for (int i = 0; i < 3; i++)
        multiply(4, 5, 6);
    multiply(2, 3, 4);
    triangle("L", 3, 5);
    triangle("R", 3, 5);
    triangle("l", 3, 5);
    dgemv_("T", &(int){3}, &(int){7}, x, (double[N * N]){0}, &lead, x, &one, x, y, &one, 1);
    drotg_(x, y, &c, &s);
    dswap_(&(int){5}, x, &one, y, &one);
    printf("%d %d\n", solve(3, N), solve(4, 1));
    values("N");
    values("S");
    values("n");
    multiply(0, 5, 6);
    flopshim_push("inner");
    multiply(4, 5, 6);
    flopshim_pop();
    flopshim_deduct("my_op", 1000);
}

static void *some(void *nothing)
{
    for (int i = 0; i < 1000; i++)
        multiply(1 + i % 2, 3, 4);
    multiply(5, 5, 5);
    return nothing;
}

static void threads(void)
{
    pthread_t ids[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&ids[i], NULL, some, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(ids[i], NULL);
    some(NULL);
}

static void child(void)
{
    multiply(1, 2, 3);
    multiply(7, 7, 7);
    pid_t pid = fork();
    if (!pid) {
        multiply(1, 2, 3);
        multiply(2, 2, 2);
        exit(0);
    }
    waitpid(pid, NULL, 0);
    multiply(1, 2, 3);
}

static void forgotten(void)
{
    multiply(1, 2, 3);
    multiply(4, 4, 4);
    flopshim_reset();
    multiply(1, 2, 3);
}

static void killed(void)
{
    for (int i = 0; i < 1000; i++)
        multiply(1 + i % 4, 2, 3);
    raise(SIGKILL);
}

/* Until somebody kills it. */
static void busy(void)
{
    multiply(1, 1, 1);
    puts("busy");
    fflush(stdout);
    for (unsigned i = 0;; i++)
        multiply((int)(i % 7), 1 + (int)(i / 7 % 8), 1 + (int)(i / 56 % 8));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"hand", by_hand},        {"threads", threads}, {"fork", child},
                 {"forgotten", forgotten}, {"killed", killed},   {"busy", busy}};
    for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++)
        if (!strcmp(argv[1], cases[i].name))
            return cases[i].run(), 0;
    return 2;
}
