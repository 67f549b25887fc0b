/* exit_races WAY WORK THREADS MILLISECONDS FILE: threads call BLAS for ever, and each writes how many of its calls have
 * returned to a shared mapping of FILE, a cache line each. So many milliseconds after the first of each the process ends in the
 * way that is named. WORK: `small` (ddot of 8, dcopy, which costs nothing; the slow body too: dgesv), `large` (dgemm of 700, in
 * which the end finds them) or `stepped` (dcopy; at so many instructions into its 100th call the thread is held for 50
 * milliseconds, and the process ends meanwhile). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *);
void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *pivots, double *b, const int *ldb, int *info);

#define THREADS_MAX 64

struct line {
    _Atomic uint64_t calls;
    uint64_t padding[7];
};

static struct line *lines;
static int is_large, is_stepped;
static long step; /* at which it is held */
static volatile sig_atomic_t is_held;

static void call_small(void)
{
    static const double x[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    const int n = 8, one = 1;
    ddot_(&n, x, &one, x, &one);
}

static void call_free(void)
{
    const double x = 1;
    double y;
    const int one = 1;
    dcopy_(&one, &x, &one, &y, &one);
}

/* Each instruction from here on ends in hold(). */
static void call_stepped(uint64_t number)
{
#ifdef __x86_64__
    if (number == 100)
        __asm__ volatile("pushfq\n\torl $0x100, (%%rsp)\n\tpopfq" : : : "memory", "cc");
#endif
    call_free();
}

static void hold(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    if (--step)
        return;
#ifdef __x86_64__
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
#endif
    is_held = 1;
    nanosleep(&(struct timespec){0, 50000000}, NULL);
}

static void call_lapack(void)
{
    double a = 2, b = 4;
    int one = 1, pivot, info;
    dgesv_(&one, &one, &a, &one, &pivot, &b, &one, &info);
}

static void call_large(double *m)
{
    const int n = 700;
    const double one = 1, zero = 0;
    dgemm_("N", "N", &n, &n, &n, &one, m, &n, m + n * n, &n, &zero, m + 2 * n * n, &n);
}

static void *work(void *line)
{
    struct line *mine = line;
    double *matrices = is_large ? calloc((size_t)3 * 700 * 700, sizeof *matrices) : NULL;
    for (uint64_t i = 1;; i++) {
        if (is_large)
            call_large(matrices);
        else if (is_stepped)
            call_stepped(i);
        else if (i % 64 == 0)
            call_lapack();
        else if (i % 4)
            call_free();
        else
            call_small();
        atomic_store_explicit(&mine->calls, i, memory_order_release);
    }
    return NULL;
}

static void in_handler(int number)
{
    _exit(number);
}

static void end(const char *way)
{
    if (!strcmp(way, "exit"))
        exit(5);
    if (!strcmp(way, "_exit"))
        _exit(5);
    if (!strcmp(way, "quick_exit"))
        quick_exit(5);
    if (!strcmp(way, "abort"))
        abort();
    if (!strcmp(way, "execl"))
        execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL);
    if (!strcmp(way, "failed exec")) { /* before each the accounts are closed, and opened after it */
        for (int i = 0; i < 10; i++) {
            execl("/no/such/program", "program", (char *)NULL);
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
        _exit(5);
    }
    if (!strcmp(way, "term"))
        kill(getpid(), SIGTERM);
    if (!strcmp(way, "handler")) {
        signal(SIGALRM, in_handler);
        kill(getpid(), SIGALRM);
    }
    if (!strcmp(way, "fork")) { /* a child's end is not its parent's */
        if (!fork())
            _exit(0);
        wait(NULL);
        _exit(5);
    }
    for (;;) /* refused: the others end it */
        pause();
}

static void await_calls(int count)
{
    for (int i = 0; i < count; i++)
        while (!lines[i].calls)
            nanosleep(&(struct timespec){0, 100000}, NULL);
}

int main(int argc, char **argv)
{
    int count = argc == 6 ? atoi(argv[3]) : 0;
    long milliseconds = argc == 6 ? atol(argv[4]) : 0;
    int fd = argc == 6 ? open(argv[5], O_RDWR | O_CREAT, 0600) : -1;
    if (fd < 0 || count < 1 || count > THREADS_MAX || ftruncate(fd, sizeof(struct line) * THREADS_MAX))
        return 1;
    lines = mmap(NULL, sizeof(struct line) * THREADS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    is_large = !strcmp(argv[2], "large");
    is_stepped = !strcmp(argv[2], "stepped");
    if (lines == MAP_FAILED)
        return 1;
    step = milliseconds;
    sigaction(SIGTRAP, &(struct sigaction){.sa_sigaction = hold, .sa_flags = SA_SIGINFO}, NULL);
    for (int i = 0; i < count; i++)
        if (pthread_create(&(pthread_t){0}, NULL, work, &lines[i]))
            return 1;
    if (strcmp(argv[1], "refused"))
        await_calls(count);
    if (is_stepped)
        while (!is_held)
            nanosleep(&(struct timespec){0, 100000}, NULL);
    else
        nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
    end(argv[1]);
    return 0;
}
