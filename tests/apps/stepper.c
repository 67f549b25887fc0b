/* stepper WHERE N PROGRAM [ARGUMENT]...: runs a program that stops itself twice, instruction by instruction in between, and
 * sends it SIGALRM before the N-th instruction that lies WHERE: `libc`, the C library or the loader; or a function of the C
 * library's, by its name. Ends as the program does; with 3 where it takes 10 s and more, with 2 where there was no such
 * instruction: then it says how many there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define RANGES 16

static struct range {
    uintptr_t start, end;
} ranges[RANGES];
static int count;
static pid_t child;

static void fail(const char *what)
{
    perror(what);
    exit(9);
}

/* The code of files in the child's memory; or of the C library a function, which lies where it does here. */
static void find_ranges(const char *function)
{
    Dl_info info;
    ElfW(Sym) * symbol;
    char path[64], line[512];
    uintptr_t start, end, offset, within = 0;
    void *address = function ? dlsym(RTLD_DEFAULT, function) : NULL;
    if (function && (!address || !dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT)))
        fail(function);
    if (function)
        within = (uintptr_t)address - (uintptr_t)info.dli_fbase;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)child);
    FILE *maps = fopen(path, "r");
    while (maps && fgets(line, sizeof line, maps) && count < RANGES) {
        char rights[5], *name = strchr(line, '/');
        if (!name || sscanf(line, "%lx-%lx %4s %lx", &start, &end, rights, &offset) != 4)
            continue;
        bool is_libc = strstr(name, "/libc.so.6"), is_loader = strstr(name, "/ld-linux");
        if (function && is_libc && !offset)
            ranges[count++] = (struct range){start + within, start + within + symbol->st_size};
        if (!function && (is_libc || is_loader) && rights[2] == 'x')
            ranges[count++] = (struct range){start, end};
    }
    if (!maps || !count)
        fail("maps");
    fclose(maps);
}

static bool is_there(uintptr_t at)
{
    for (int i = 0; i < count; i++)
        if (at >= ranges[i].start && at < ranges[i].end)
            return true;
    return false;
}

/* What it stopped by; it must not have ended. */
static int wait_for_stop(void)
{
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        fail("it ended");
    return WSTOPSIG(status);
}

/* A signal that it holds back comes later. */
static void run_to_stop(int signal)
{
    do
        if (ptrace(PTRACE_CONT, child, NULL, signal == SIGTRAP ? 0 : signal))
            fail("PTRACE_CONT");
    while ((signal = wait_for_stop()) != SIGSTOP);
}

static uintptr_t here(void)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, NULL, &registers))
        fail("PTRACE_GETREGS");
    return registers.rip;
}

/* To the beginning of the only range, by a breakpoint there. False: it stopped itself before. */
static bool run_to_range(void)
{
    void *at = (void *)ranges[0].start;
    long code = ptrace(PTRACE_PEEKTEXT, child, at, NULL);
    if (ptrace(PTRACE_POKETEXT, child, at, (code & ~0xffL) | 0xcc) || ptrace(PTRACE_CONT, child, NULL, 0))
        fail("breakpoint");
    bool reached = wait_for_stop() != SIGSTOP;
    if (ptrace(PTRACE_POKETEXT, child, at, code) ||
        (reached && ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.rip), at)))
        fail("breakpoint");
    return reached;
}

/* Before the instruction that is wanted. False: it stopped itself before, and it is said how many there were. What is in no
 * range is not stepped through where there is but `one`. */
static bool step_to(long wanted, bool one)
{
    long seen = 0;
    for (;;) {
        bool inside = is_there(here());
        if (inside && ++seen == wanted)
            return true;
        if (one && !inside) {
            if (!run_to_range())
                break;
            continue;
        }
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, 0))
            fail("PTRACE_SINGLESTEP");
        if (wait_for_stop() == SIGSTOP)
            break;
    }
    fprintf(stderr, "%ld\n", seen);
    return false;
}

static void late(int signal)
{
    (void)signal;
    kill(child, SIGKILL);
    _exit(3);
}

int main(int argc, char **argv)
{
    int status;
    if (argc < 4 || (child = fork()) < 0)
        return 9;
    if (!child) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(argv[3], argv + 3);
        _exit(9);
    }
    wait_for_stop();
    if (ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL))
        fail("PTRACE_SETOPTIONS");
    run_to_stop(0);
    const char *function = strcmp(argv[1], "libc") != 0 ? argv[1] : NULL;
    find_ranges(function);
    bool reached = step_to(atol(argv[2]), function);
    signal(SIGALRM, late);
    alarm(10);
    if (reached)
        run_to_stop(SIGALRM);
    ptrace(PTRACE_DETACH, child, NULL, 0);
    if (waitpid(child, &status, 0) != child)
        fail("waitpid");
    return !reached ? 2 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
