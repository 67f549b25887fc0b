/* depth WAY BYTES: does WAY on a thread (or as it says) whose stack has BYTES left, and below them nothing. What needs more
 * dies of SIGSEGV. Ends with status 0, but `exhausted` with that of a refusal. plain         a call, when this thread has made
 * one already first         the first call of the process; `second` of the thread gemm, getrf   the same with other routines
 *   exhausted     a call that is refused (FLOP_BUDGET=1), where the preload is there
 *   _exit, exit, abort, quick_exit, execl, execvp
 *   spawn, spawnp, system, popen, fork, fork_first
 *   dlsym         a call of what dlsym gives
 *   markers, cost, context   functions of flopshim.h
 *   plugin        a call of what dlsym gives for the library PLUGIN, which was opened before
 *   vfork         clone(CLONE_VM | CLONE_VFORK) on a stack of BYTES, and exec there
 *   handler       a first call in a signal's handler on an alternate stack of BYTES
 *   signals       a timer fires while BYTES threads make their first calls and main writes summaries: where its handler runs */
#define _GNU_SOURCE
#include "flopshim.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
void dgetrf_(const int *, const int *, double *, const int *, int *, int *);

enum { STACK = 1 << 20, GUARD = 1 << 20 };

extern char **environ;
static size_t bytes;
static void (*volatile way)(void);
static char *const true_arguments[] = {"/bin/true", NULL};
static const int one = 1;
static const double number = 1;

static void call(void)
{
    ddot_(&one, &number, &one, &number, &one);
}

static void gemm(void)
{
    double c = 0;
    dgemm_("N", "N", &one, &one, &one, &number, &number, &one, &number, &one, &number, &c, &one, 1, 1);
}

static void getrf(void)
{
    double a = 1;
    int pivot, info;
    dgetrf_(&one, &one, &a, &one, &pivot, &info);
}

static void plain(void)
{
    call();
    call();
}

static void end_at_once(void)
{
    call();
    _exit(0);
}

static void end(void)
{
    call();
    exit(0);
}

static void end_quickly(void)
{
    call();
    quick_exit(0);
}

static void end_by_abort(void)
{
    call();
    abort();
}

static void exec_list(void)
{
    call();
    execl("/bin/true", "/bin/true", (char *)NULL);
}

static void exec_name(void)
{
    call();
    execvp("true", true_arguments);
}

static void need(int held)
{
    if (!held)
        _exit(9);
}

static void wait_for(pid_t pid)
{
    int status;
    need(waitpid(pid, &status, 0) == pid);
    if (WIFSIGNALED(status))
        raise(WTERMSIG(status));
    need(status == 0);
}

static void spawn(void)
{
    pid_t pid;
    need(!posix_spawn(&pid, "/bin/true", NULL, NULL, true_arguments, environ));
    wait_for(pid);
}

static void spawn_name(void)
{
    pid_t pid;
    need(!posix_spawnp(&pid, "true", NULL, NULL, true_arguments, environ));
    wait_for(pid);
}

static void by_system(void)
{
    need(!system("exit 0"));
}

static void by_popen(void)
{
    FILE *f = popen("exit 0", "r");
    need(f && !pclose(f));
}

static void in_fork(void (*what)(void))
{
    pid_t pid = fork();
    if (!pid) {
        what();
        _exit(0);
    }
    wait_for(pid);
}

static void fork_plain(void)
{
    call();
    in_fork(call);
}

static void fork_first(void)
{
    in_fork(call);
}

static void by_dlsym(void)
{
    double (*dot)(const int *, const double *, const int *, const double *, const int *);
    *(void **)&dot = dlsym(RTLD_DEFAULT, "ddot_");
    dot(&one, &number, &one, &number, &one);
}

static void *plugin;

static void by_handle(void)
{
    double (*norm)(const int *, const double *, const int *);
    *(void **)&norm = dlsym(plugin, "dnrm2_");
    norm(&one, &number, &one);
}

static void markers(void)
{
    struct flopshim_usage usage;
    flopshim_push("a");
    call();
    flopshim_pop();
    flopshim_deduct("work", 1);
    flopshim_usage(NULL, &usage);
    flopshim_reset();
}

static void context(void)
{
    flopshim_begin(&(struct flopshim_context){.namespace_ = "a"});
    call();
    flopshim_end(NULL);
}

static void cost(void)
{
    uint64_t flops;
    flopshim_cost("dgesvd", "jobu=A jobvt=A m=10 n=10", &flops);
}

/* ---- where ---- */

static char *make_stack(void)
{
    char *memory = mmap(NULL, GUARD + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(memory != MAP_FAILED && !mprotect(memory, GUARD, PROT_NONE));
    return memory + GUARD;
}

static char *bottom;

static void *on_thread(void *unused)
{
    size_t used = (size_t)((char *)__builtin_frame_address(0) - bottom);
    volatile char *rest = __builtin_alloca(used - bytes);
    rest[0] = 0;
    way();
    return unused;
}

static void run_on_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bottom = make_stack();
    need(!pthread_attr_init(&attributes) && !pthread_attr_setstack(&attributes, bottom, STACK));
    need(!pthread_create(&thread, &attributes, on_thread, NULL));
    pthread_join(thread, NULL);
}

static int exec_on_clone(void *unused)
{
    (void)unused;
    execl("/bin/true", "/bin/true", (char *)NULL);
    return 9;
}

static void run_vfork(void)
{
    call();
    wait_for(clone(exec_on_clone, make_stack() + bytes, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
}

static void handle(int signal)
{
    (void)signal;
    call();
}

static void run_handler(void)
{
    stack_t stack = {.ss_sp = make_stack(), .ss_size = bytes};
    need(!sigaltstack(&stack, NULL));
    need(!sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handle, .sa_flags = SA_ONSTACK}, NULL));
    raise(SIGUSR1);
}

static __thread char *stack_top; /* of a thread that may be interrupted, or NULL */
static volatile sig_atomic_t interrupted;

static void look_where(int signal)
{
    char here;
    (void)signal;
    if (!stack_top)
        return;
    interrupted++;
    need(&here<stack_top && & here> stack_top - STACK);
}

static void *interrupted_thread(void *unused)
{
    stack_top = __builtin_frame_address(0);
    call();
    stack_top = NULL;
    return unused;
}

static void run_signals(void)
{
    const struct itimerval often = {{0, 100}, {0, 100}};
    pthread_t threads[8];
    stack_top = __builtin_frame_address(0);
    call();
    need(!sigaction(SIGALRM, &(struct sigaction){.sa_handler = look_where, .sa_flags = SA_RESTART}, NULL));
    need(!setitimer(ITIMER_REAL, &often, NULL));
    for (size_t i = 0; i < bytes; i += 8) {
        for (int j = 0; j < 8; j++)
            need(!pthread_create(&threads[j], NULL, interrupted_thread, NULL));
        flopshim_write_summary("written.json");
        for (int j = 0; j < 8; j++)
            pthread_join(threads[j], NULL);
    }
    need(interrupted > 0);
}

static const struct {
    const char *name;
    void (*what)(void);
    int called; /* the process has made a call before, on a large stack */
} ways[] = {
    {"plain", plain, 0},        {"first", call, 0},        {"second", call, 1},
    {"gemm", gemm, 0},          {"getrf", getrf, 0},       {"exhausted", call, 0},
    {"_exit", end_at_once, 0},  {"exit", end, 0},          {"quick_exit", end_quickly, 0},
    {"abort", end_by_abort, 0}, {"execl", exec_list, 0},   {"execvp", exec_name, 0},
    {"spawn", spawn, 0},        {"spawnp", spawn_name, 0}, {"system", by_system, 0},
    {"popen", by_popen, 0},     {"fork", fork_plain, 0},   {"fork_first", fork_first, 0},
    {"dlsym", by_dlsym, 0},     {"plugin", by_handle, 0},  {"markers", markers, 0},
    {"context", context, 0},    {"cost", cost, 0},
};

int main(int argc, char **argv)
{
    need(argc == 3);
    if (getenv("PLUGIN"))
        plugin = dlopen(getenv("PLUGIN"), RTLD_NOW | RTLD_LOCAL);
    bytes = strtoul(argv[2], NULL, 10);
    if (!strcmp(argv[1], "vfork"))
        run_vfork();
    else if (!strcmp(argv[1], "handler"))
        run_handler();
    else if (!strcmp(argv[1], "signals"))
        run_signals();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (!strcmp(argv[1], ways[i].name)) {
            if (ways[i].called)
                call();
            way = ways[i].what;
            run_on_thread();
        }
    return 0;
}
