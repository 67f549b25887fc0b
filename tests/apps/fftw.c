/* Plans and executions of FFTW, through every interface of a precision (X names it; -DPRECISION). usage: fftw CASE [N]
 *
 * interfaces   each planner once, executed once, and each new-array function once
 * again N      one plan of 1024, executed N times
 * threads N    one plan, executed by 4 threads, N times each, while another thread makes and destroys plans
 * pool         a plan of 65536 that FFTW executes in two threads of its own
 * many N       N plans at once, all executed and destroyed, twice
 * left         two plans, destroyed and made again with other sizes, most likely at the same address
 * time N       nanoseconds of an execution of the smallest transform */
#include <fftw3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PASTE(a, b) a##b
#define NAMED(precision, name) PASTE(precision, name)
#define X(name) NAMED(PRECISION, name)

typedef X(plan) plan;
static REAL *in, *out, *more, *rest; /* room for 4096 complex numbers each */
static X(complex) * cin, *cout;

static void once(plan p)
{
    if (!p)
        abort();
    X(execute)(p);
    X(destroy_plan)(p);
}

static void complex_interfaces(void)
{
    const int n[] = {4, 8};
    const X(iodim) dims[] = {{8, 1, 1}}, many[] = {{3, 8, 8}, {2, 24, 24}};
    const X(iodim64) dims64[] = {{8, 1, 1}}, many64[] = {{3, 8, 8}, {2, 24, 24}};
    once(X(plan_dft_1d)(16, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_dft_2d)(4, 8, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_dft_3d)(2, 4, 16, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_dft)(2, n, cin, cout, FFTW_BACKWARD, FFTW_ESTIMATE));
    once(X(plan_many_dft)(2, n, 5, cin, NULL, 1, 32, cout, NULL, 1, 32, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_guru_dft)(1, dims, 2, many, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_guru64_dft)(1, dims64, 1, many64, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    once(X(plan_guru_split_dft)(1, dims, 1, many, in, more, out, rest, FFTW_ESTIMATE));
    once(X(plan_guru64_split_dft)(1, dims64, 0, NULL, in, more, out, rest, FFTW_ESTIMATE));
    once(X(plan_guru_dft)(0, NULL, 1, many, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE)); /* a copy */
}

static void real_interfaces(void)
{
    const int n[] = {4, 8};
    const X(iodim) dims[] = {{8, 1, 1}}, many[] = {{3, 16, 16}};
    const X(iodim64) dims64[] = {{8, 1, 1}}, many64[] = {{3, 16, 16}};
    once(X(plan_dft_r2c_1d)(16, in, cout, FFTW_ESTIMATE));
    once(X(plan_dft_r2c_2d)(4, 8, in, cout, FFTW_ESTIMATE));
    once(X(plan_dft_r2c_3d)(2, 4, 16, in, cout, FFTW_ESTIMATE));
    once(X(plan_dft_r2c)(2, n, in, cout, FFTW_ESTIMATE));
    once(X(plan_many_dft_r2c)(2, n, 5, in, NULL, 1, 32, cout, NULL, 1, 32, FFTW_ESTIMATE));
    once(X(plan_guru_dft_r2c)(1, dims, 1, many, in, cout, FFTW_ESTIMATE));
    once(X(plan_guru64_dft_r2c)(1, dims64, 1, many64, in, cout, FFTW_ESTIMATE));
    once(X(plan_guru_split_dft_r2c)(1, dims, 1, many, in, out, rest, FFTW_ESTIMATE));
    once(X(plan_guru64_split_dft_r2c)(1, dims64, 1, many64, in, out, rest, FFTW_ESTIMATE));
    once(X(plan_dft_c2r_1d)(16, cin, out, FFTW_ESTIMATE));
    once(X(plan_dft_c2r_2d)(4, 8, cin, out, FFTW_ESTIMATE));
    once(X(plan_dft_c2r_3d)(2, 4, 16, cin, out, FFTW_ESTIMATE));
    once(X(plan_dft_c2r)(2, n, cin, out, FFTW_ESTIMATE));
    once(X(plan_many_dft_c2r)(2, n, 5, cin, NULL, 1, 32, out, NULL, 1, 32, FFTW_ESTIMATE));
    once(X(plan_guru_dft_c2r)(1, dims, 1, many, cin, out, FFTW_ESTIMATE));
    once(X(plan_guru64_dft_c2r)(1, dims64, 1, many64, cin, out, FFTW_ESTIMATE));
    once(X(plan_guru_split_dft_c2r)(1, dims, 1, many, in, more, out, FFTW_ESTIMATE));
    once(X(plan_guru64_split_dft_c2r)(1, dims64, 1, many64, in, more, out, FFTW_ESTIMATE));
}

static void kinds_of_real_interfaces(void)
{
    const int n[] = {4, 8};
    const X(r2r_kind) kinds[] = {FFTW_REDFT10, FFTW_RODFT01};
    const X(iodim) dims[] = {{8, 1, 1}}, many[] = {{3, 16, 16}};
    const X(iodim64) dims64[] = {{8, 1, 1}}, many64[] = {{3, 16, 16}};
    once(X(plan_r2r_1d)(16, in, out, FFTW_R2HC, FFTW_ESTIMATE));
    once(X(plan_r2r_2d)(4, 8, in, out, FFTW_DHT, FFTW_DHT, FFTW_ESTIMATE));
    once(X(plan_r2r_3d)(2, 4, 16, in, out, FFTW_HC2R, FFTW_REDFT10, FFTW_RODFT10, FFTW_ESTIMATE));
    once(X(plan_r2r)(2, n, in, out, kinds, FFTW_ESTIMATE));
    once(X(plan_many_r2r)(2, n, 5, in, NULL, 1, 32, out, NULL, 1, 32, kinds, FFTW_ESTIMATE));
    once(X(plan_guru_r2r)(1, dims, 1, many, in, out, kinds, FFTW_ESTIMATE));
    once(X(plan_guru64_r2r)(1, dims64, 1, many64, in, out, kinds, FFTW_ESTIMATE));
}

static void new_arrays(void)
{
    const X(iodim) dims[] = {{8, 1, 1}};
    plan dft = X(plan_dft_1d)(32, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE);
    plan split = X(plan_guru_split_dft)(1, dims, 0, NULL, in, more, out, rest, FFTW_ESTIMATE);
    plan r2c = X(plan_dft_r2c_1d)(32, in, cout, FFTW_ESTIMATE), c2r = X(plan_dft_c2r_1d)(32, cin, out, FFTW_ESTIMATE);
    plan split_r2c = X(plan_guru_split_dft_r2c)(1, dims, 0, NULL, in, out, rest, FFTW_ESTIMATE);
    plan split_c2r = X(plan_guru_split_dft_c2r)(1, dims, 0, NULL, in, more, out, FFTW_ESTIMATE);
    plan r2r = X(plan_r2r_1d)(32, in, out, FFTW_R2HC, FFTW_ESTIMATE);
    X(execute_dft)(dft, cin, cout);
    X(execute_split_dft)(split, in, more, out, rest);
    X(execute_dft_r2c)(r2c, in, cout);
    X(execute_split_dft_r2c)(split_r2c, in, out, rest);
    X(execute_dft_c2r)(c2r, cin, out);
    X(execute_split_dft_c2r)(split_c2r, in, more, out);
    X(execute_r2r)(r2r, in, out);
    for (plan *p = (plan[]){dft, split, r2c, split_r2c, c2r, split_c2r, r2r, NULL}; *p; p++)
        X(destroy_plan)(*p);
}

static void again(long n)
{
    plan p = X(plan_dft_1d)(1024, cin, cout, FFTW_FORWARD, FFTW_MEASURE);
    memset(in, 0, 1024 * sizeof(X(complex)));
    in[2] = 1;
    while (n--)
        X(execute)(p);
    printf("%g %g\n", (double)out[0], (double)out[1]);
    X(destroy_plan)(p);
}

/* ---- threads ---- */

static plan shared;
static long times;
static int done;

static void *execute(void *unused)
{
    X(complex) *a = X(malloc)(64 * sizeof *a), *b = X(malloc)(64 * sizeof *b);
    memset(a, 0, 64 * sizeof *a);
    for (long i = 0; i < times; i++)
        X(execute_dft)(shared, a, b);
    X(free)(a);
    X(free)(b);
    return unused;
}

static void *make_and_destroy(void *unused)
{
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
        X(destroy_plan)(X(plan_dft_1d)(16, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
    return unused;
}

static void threads(long n)
{
    pthread_t thread[5];
    times = n;
    shared = X(plan_dft_1d)(64, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE | FFTW_UNALIGNED);
    for (int i = 0; i < 5; i++)
        pthread_create(&thread[i], NULL, i < 4 ? execute : make_and_destroy, NULL);
    for (int i = 0; i < 5; i++) {
        if (i == 4)
            __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
        pthread_join(thread[i], NULL);
    }
    X(destroy_plan)(shared);
}

static void pool(void)
{
    X(complex) *a = X(malloc)(65536 * sizeof *a);
    if (!X(init_threads)())
        abort();
    X(plan_with_nthreads)(2);
    plan p = X(plan_dft_1d)(65536, a, a, FFTW_FORWARD, FFTW_ESTIMATE);
    memset(a, 0, 65536 * sizeof *a);
    once(p);
    X(free)(a);
}

static void many(long n)
{
    plan *p = malloc((size_t)n * sizeof *p);
    for (int round = 0; round < 2; round++) {
        for (long i = 0; i < n; i++)
            p[i] = X(plan_dft_1d)(4, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE);
        for (long i = 0; i < n; i++)
            X(execute)(p[i]);
        for (long i = 0; i < n; i++)
            X(destroy_plan)(p[i]);
    }
    free(p);
}

static void left(void)
{
    for (int n = 4; n <= 64; n *= 2)
        once(X(plan_dft_1d)(n, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE));
}

static void time_it(long n)
{
    struct timespec from, to;
    plan p = X(plan_dft_1d)(2, cin, cout, FFTW_FORWARD, FFTW_ESTIMATE);
    memset(in, 0, 64);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < n; i++)
        X(execute)(p);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.2f\n", ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)n);
    X(destroy_plan)(p);
}

int main(int argc, char **argv)
{
    const char *what = argv[1];
    long n = argc > 2 ? atol(argv[2]) : 1;
    REAL **all[] = {&in, &out, &more, &rest};
    for (int i = 0; i < 4; i++) {
        *all[i] = X(malloc)(4096 * sizeof(X(complex)));
        memset(*all[i], 0, 4096 * sizeof(X(complex)));
    }
    cin = (X(complex) *)in;
    cout = (X(complex) *)out;
    if (!strcmp(what, "complex"))
        complex_interfaces();
    else if (!strcmp(what, "real"))
        real_interfaces();
    else if (!strcmp(what, "kinds"))
        kinds_of_real_interfaces();
    else if (!strcmp(what, "arrays"))
        new_arrays();
    else if (!strcmp(what, "again"))
        again(n);
    else if (!strcmp(what, "threads"))
        threads(n);
    else if (!strcmp(what, "pool"))
        pool();
    else if (!strcmp(what, "many"))
        many(n);
    else if (!strcmp(what, "left"))
        left();
    else if (!strcmp(what, "time"))
        time_it(n);
    else
        return 2;
    return 0;
}
