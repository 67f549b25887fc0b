/* refuse PLACE [BUDGET [PREPARATION...]]: a ddot of 200 FLOPs that fits, then, in the place that is named, a daxpy of 4000
 * that does not, and where the program goes on a ddot of 100 that does. BUDGET: of a marker context for the process (0: none).
 * "before" is left in stdout's buffer; what the program saw is added at its end. The time just before the daxpy goes to
 * stderr: "at NS". */
#define _GNU_SOURCE
#include "flopshim.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONG = 2000, THREADS = 8, BIG = 2000 };
double ddot_(const int *, const double *, const int *, const double *, const int *);
void daxpy_(const int *, const double *, const double *, const int *, double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);

static atomic_int skipped, ran, handled, busy, waiting;
static pthread_barrier_t gate;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int at_destructor;
static struct flopshim_context context = {.namespace_ = "part", .scope = FLOPSHIM_PROCESS};

static void pass(int ms)
{
    nanosleep(&(struct timespec){0, ms * 1000000L}, NULL);
}

static void dot(int n)
{
    static const double x[LONG];
    ddot_(&n, x, &(int){1}, x, &(int){1});
}

static void refused_call(void)
{
    static const double x[LONG] = {[LONG - 1] = 1};
    double y[LONG] = {0};
    daxpy_(&(int){LONG}, &(double){1}, x, &(int){1}, y, &(int){1});
    atomic_fetch_add(y[LONG - 1] > 0 ? &ran : &skipped, 1);
}

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void refuse(void)
{
    dprintf(STDERR_FILENO, "at %lld\n", now_ns());
    refused_call();
    dot(50);
}

/* ---- places ---- */

static pthread_t start(void *(*work)(void *), void *argument)
{
    pthread_t thread;
    pthread_create(&thread, NULL, work, argument);
    return thread;
}

static void *in_thread(void *at_gate)
{
    if (at_gate)
        pthread_barrier_wait(&gate);
    refuse();
    return NULL;
}

static void worker(void)
{
    pthread_join(start(in_thread, NULL), NULL);
}

static void openmp(void)
{
#pragma omp parallel num_threads(4)
    refuse();
}

static void together(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&gate, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        threads[i] = start(in_thread, &gate);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void *multiply(void *a)
{
    const int n = BIG;
    const double one = 1;
    busy = 1;
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, a, &n, &one, (double *)a + (size_t)n * n, &n, 1, 1);
    busy = 0;
    return NULL;
}

static void inside(void)
{
    pthread_t thread = start(multiply, calloc(2 * (size_t)BIG * BIG, sizeof(double)));
    while (!busy)
        pass(1);
    pass(30);
    dprintf(STDERR_FILENO, busy ? "inside dgemm\n" : "dgemm is over\n");
    refuse();
    pthread_join(thread, NULL);
}

/* The way that a shell tells: 128 + signal. */
static int status_of(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void in_fork(void)
{
    pid_t child = fork();
    if (child) {
        printf(" child %d", status_of(child));
        return;
    }
    if (context.flop_budget)
        flopshim_begin(&context);
    dot(100);
    refuse();
    _exit(skipped + 2 * ran);
}

static void at_exit(void)
{
    atexit(refuse);
    exit(0);
}

__attribute__((destructor)) static void destroy(void)
{
    if (at_destructor)
        refuse();
}

static void in_destructor(void)
{
    at_destructor = 1;
}

static void take_lock(void)
{
    pthread_mutex_lock(&lock);
}

/* exit() would wait for ever: its handler wants the lock that the refused thread holds. */
static void *refuse_locked(void *unused)
{
    (void)unused;
    take_lock();
    refuse();
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void locked(void)
{
    atexit(take_lock);
    pthread_join(start(refuse_locked, NULL), NULL);
}

static void *hold_stdout(void *unused)
{
    flockfile(stdout);
    busy = 1;
    pass(900);
    pause();
    return unused;
}

static void held(void)
{
    start(hold_stdout, NULL);
    while (!busy)
        pass(1);
    refuse();
}

static void *read_stdin(void *unused)
{
    busy = 1;
    getc(stdin);
    return unused;
}

static void reading(void)
{
    int ends[2];
    if (pipe(ends) || dup2(ends[0], STDIN_FILENO))
        return;
    start(read_stdin, NULL);
    while (!busy)
        pass(1);
    pass(20);
    refuse();
}

/* Nobody reads what goes to stdout and stderr, and their pipe is full. */
static void full(void)
{
    static char page[4096];
    int ends[2];
    dprintf(STDERR_FILENO, "at %lld\n", now_ns());
    if (pipe2(ends, O_NONBLOCK))
        return;
    while (write(ends[1], page, sizeof page) > 0)
        ;
    fcntl(ends[1], F_SETFL, 0);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    refused_call();
}

/* The children are refused as well, on their own account. */
static void *fork_on(void *unused)
{
    for (;;) {
        pid_t child = fork();
        if (!child) {
            dot(100);
            refused_call();
            _exit(skipped + 2 * ran);
        }
        busy = 1;
        int status = status_of(child);
        if (status != 86)
            dprintf(STDERR_FILENO, "child %d\n", status);
    }
    return unused;
}

static void forking(void)
{
    start(fork_on, NULL);
    while (!busy)
        pass(1);
    pass(5);
    refuse();
}

static void *cancel_on(void *thread)
{
    for (;;)
        pthread_cancel(*(pthread_t *)thread);
    return NULL;
}

/* Cancelled as soon as it comes to a cancellation point, all of which lie in the end. */
static void cancelled(void)
{
    pthread_t self = pthread_self();
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    start(cancel_on, &self);
    pass(20);
    dprintf(STDERR_FILENO, "at %lld\n", now_ns());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    refused_call();
}

/* The second context has an account of its own, and the process's has room for it. */
static void two_contexts(void)
{
    refuse();
    flopshim_end(NULL);
    flopshim_begin(&context);
    refuse();
    flopshim_end(NULL);
    dot(LONG);
}

static void exiting(void)
{
    pthread_barrier_init(&gate, NULL, 2);
    start(in_thread, &gate);
    pthread_barrier_wait(&gate);
    exit(0);
}

/* ---- preparations ---- */

static void on_signal(int number)
{
    (void)number;
    handled++;
}

static enum flopshim_answer answer(const struct flopshim_refusal *refusal, void *data)
{
    (void)refusal;
    refused_call(); /* in the handler: left out, the handler is not called again */
    skipped--;
    handled++;
    return data ? FLOPSHIM_RUN : FLOPSHIM_SKIP;
}

static jmp_buf out;

static void jump_out(int number)
{
    handled = number;
    siglongjmp(out, 1);
}

static void *wait_for_signal(void *set)
{
    int number;
    while (!sigwait(set, &number))
        handled++;
    return NULL;
}

static void prepare(const char *how)
{
    static sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXCPU);
    if (!strcmp(how, "handled"))
        signal(SIGXCPU, on_signal);
    if (!strcmp(how, "ignored"))
        signal(SIGXCPU, SIG_IGN);
    if (!strcmp(how, "blocked") || !strcmp(how, "sigwait"))
        pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (!strcmp(how, "sigwait"))
        waiting = start(wait_for_signal, &set) != 0;
    if (!strcmp(how, "abort handled"))
        signal(SIGABRT, on_signal);
    if (!strcmp(how, "abort jumps"))
        signal(SIGABRT, jump_out);
    if (!strcmp(how, "skip") || !strcmp(how, "run"))
        flopshim_on_exhausted(answer, *how == 'r' ? &lock : NULL);
}

static const struct {
    const char *name;
    void (*go)(void);
} places[] = {
    {"main", refuse},         {"worker", worker},   {"openmp", openmp},   {"together", together},
    {"inside", inside},       {"fork", in_fork},    {"atexit", at_exit},  {"destructor", in_destructor},
    {"locked", locked},       {"held", held},       {"reading", reading}, {"forking", forking},
    {"cancelled", cancelled}, {"exiting", exiting}, {"full", full},       {"two contexts", two_contexts},
};

int main(int argc, char **argv)
{
    context.flop_budget = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    for (int i = 3; i < argc; i++)
        prepare(argv[i]);
    printf("before");
    if (context.flop_budget && flopshim_begin(&context))
        return 9;
    dot(100);
    if (!sigsetjmp(out, 1))
        for (size_t i = 0; argc > 1 && i < sizeof places / sizeof *places; i++)
            if (!strcmp(argv[1], places[i].name))
                places[i].go();
    for (int i = 0; waiting && !handled && i < 5000; i++)
        pass(1);
    printf(" skipped %d ran %d handled %d", skipped, ran, handled);
    return 0;
}
