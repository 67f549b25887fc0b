/* frames WAY N: a program whose own BLAS runs inside a call of LAPACK (the SELECT function of dgees), left and entered in every
 * way that C has, N rounds. What is called from the program is counted and charged, whoever called the program.
 *
 * Prints what was made: dgees ddot dgemm, the calls of each. A third argument: all of it in a thread. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

typedef int select_function(const double *, const double *);
void dgees_(const char *jobvs, const char *sort, select_function *select, const int *n, double *a, const int *lda, int *sdim,
            double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork, int *bwork, int *info, size_t,
            size_t);
void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
void xerbla_(const char *name, const int *info, size_t length);

#define STACK 262144
static char *low_stack, *high_stack; /* the first lies below the second */
static ucontext_t main_context, first, second;
static int made_dgees, made_ddot, made_dgemm;
static void (*in_select)(void);
static void (*in_xerbla)(void);
static void *jump_buffer[5];
static sigjmp_buf jump_target, coroutine_target;
static int rounds_left;

static void dot(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 2, 3, 4};
    if (ddot_(&n, x, &one, x, &one) != 30)
        abort();
    made_ddot++;
}

static void gemm(void)
{
    static double a[64], b[64];
    double c[64] = {0};
    const int n = 8;
    const double one = 1, zero = 0;
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n, 1, 1);
    made_dgemm++;
}

static __attribute__((noinline)) void gemm_deeper(void)
{
    volatile char room[8192];
    room[0] = 1;
    gemm();
    room[1] = room[0];
}

static int selects(const double *real, const double *imaginary)
{
    (void)imaginary;
    void (*now)(void) = in_select;
    in_select = NULL; /* once a call */
    if (now)
        now();
    return *real > 0;
}

static void schur(void (*callback)(void))
{
    double a[9] = {1, 2, 3, 4, 5, 6, 7, 8, 10}, wr[3], wi[3], vs[9], work[64];
    int bwork[3], sdim, info;
    const int n = 3, lwork = 64;
    in_select = callback;
    made_dgees++;
    dgees_("V", "S", selects, &n, a, &n, &sdim, wr, wi, vs, &n, work, &lwork, bwork, &info, 1, 1);
    if (info)
        abort();
}

/* ---- the program's own BLAS in a callback ---- */

static void dot_and_gemm(void)
{
    dot();
    gemm();
}

static void schur_again(void)
{
    schur(dot_and_gemm);
}

static void callback(void)
{
    schur(schur_again);
    dot();
}

/* ---- left without a return: the call is over, and what comes later, however deep, is outermost ---- */

static void leave_by_builtin(void)
{
    __builtin_longjmp(jump_buffer, 1);
}

static __attribute__((noinline)) void left_by_builtin(void)
{
    if (!__builtin_setjmp(jump_buffer))
        schur(leave_by_builtin);
    gemm_deeper();
    dot();
}

static void leave_by_context(void)
{
    setcontext(&main_context);
}

static __attribute__((noinline)) void left_by_context(void)
{
    volatile int returned = 0;
    getcontext(&main_context);
    if (!returned++)
        schur(leave_by_context);
    gemm_deeper();
    dot();
}

/* ---- coroutines ---- */

static void make(ucontext_t *context, char *stack, void (*function)(void))
{
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = STACK;
    context->uc_link = NULL;
    makecontext(context, function, 0);
}

static void second_coroutine(void)
{
    for (;;) {
        gemm();
        dot();
        swapcontext(&second, &first);
    }
}

static void to_second(void)
{
    swapcontext(&first, &second);
}

static void first_coroutine(void)
{
    for (;;) {
        schur(to_second); /* suspended in the middle, and ended */
        dot();
        swapcontext(&first, &main_context);
    }
}

static void coroutines(char *stack_of_first, char *stack_of_second)
{
    static int made;
    if (!made++) {
        make(&first, stack_of_first, first_coroutine);
        make(&second, stack_of_second, second_coroutine);
    }
    swapcontext(&main_context, &first);
}

static void lower(void)
{
    coroutines(high_stack, low_stack);
}

static void higher(void)
{
    coroutines(low_stack, high_stack);
}

/* Two calls in progress at once, which end in the order in which they began. */
static void to_main(void)
{
    swapcontext(&second, &main_context);
}

static void second_schur(void)
{
    for (;;) {
        schur(to_main);
        dot();
        swapcontext(&second, &main_context);
    }
}

static void begin_second(void)
{
    swapcontext(&main_context, &second);
    gemm();
}

static void crossed(void)
{
    static int made;
    if (!made++)
        make(&second, low_stack, second_schur);
    schur(begin_second);
    gemm();
    swapcontext(&main_context, &second); /* its call ends now */
    gemm();
}

/* libc's longjmp to another stack and back. */
static void jumping_coroutine(void)
{
    for (;;) {
        if (!sigsetjmp(coroutine_target, 0))
            swapcontext(&second, &main_context);
        gemm();
        dot();
        siglongjmp(jump_target, 1);
    }
}

static void jump_to_coroutine(void)
{
    if (!sigsetjmp(jump_target, 0))
        siglongjmp(coroutine_target, 1);
    gemm();
}

static void jump(void)
{
    make(&second, low_stack, jumping_coroutine);
    swapcontext(&main_context, &second);
    schur(jump_to_coroutine);
    dot();
}

/* ---- handlers on a stack of their own ---- */

static void on_signal(int number)
{
    (void)number;
    dot();
    schur(gemm);
    if (rounds_left % 2)
        siglongjmp(jump_target, 1);
}

static void raise_here(void)
{
    raise(SIGUSR1);
    dot();
}

static void handler(void)
{
    static int made;
    if (!made++) {
        stack_t stack = {.ss_sp = low_stack, .ss_size = STACK};
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
        sigaltstack(&stack, NULL);
        sigaction(SIGUSR1, &action, NULL);
    }
    if (!sigsetjmp(jump_target, 1))
        schur(raise_here);
    gemm_deeper();
}

/* ---- a call that is refunded after another was made inside ---- */

static void illegal(void)
{
    const int n = -1, one = 1;
    int pivot, info = 0;
    double a = 1;
    in_xerbla = dot_and_gemm;
    dgesv_(&n, &one, &a, &one, &pivot, &a, &one, &info);
    if (info >= 0)
        abort();
    dot();
}

void xerbla_(const char *name, const int *info, size_t length)
{
    (void)name, (void)info, (void)length;
    if (in_xerbla)
        in_xerbla();
}

/* ---- time ---- */

static void sleep_20_ms(void)
{
    const struct timespec long_enough = {0, 20000000};
    nanosleep(&long_enough, NULL);
}

static void schur_that_sleeps(void)
{
    schur(sleep_20_ms);
}

static void clocks(void)
{
    schur(schur_that_sleeps);
}

static void *all_rounds(void *way)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {{"callback", callback}, {"builtin", left_by_builtin}, {"context", left_by_context},
                {"lower", lower},       {"higher", higher},           {"crossed", crossed},
                {"jump", jump},         {"handler", handler},         {"illegal", illegal},
                {"clocks", clocks}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, way) != 0)
            continue;
        for (; rounds_left; rounds_left--)
            ways[i].run();
        return NULL;
    }
    fprintf(stderr, "frames: no way '%s'\n", (const char *)way);
    exit(2);
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int thread_ends = 1;
    rounds_left = argc > 2 ? atoi(argv[2]) : 1;
    low_stack = mmap(NULL, (size_t)2 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    high_stack = low_stack + STACK;
    if (argc > 3)
        thread_ends = !pthread_create(&thread, NULL, all_rounds, argv[1]) && !pthread_join(thread, NULL);
    else
        all_rounds(argv[1]);
    if (!thread_ends)
        abort();
    printf("%d %d %d\n", made_dgees, made_ddot, made_dgemm);
    return 0;
}
