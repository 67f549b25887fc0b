/* In a build that counts lines (FLOPSHIM_COVERAGE): what keeps the counts of a process that ends without gcov's destructor, or
 * goes on after it, as the shim does, which writes the summary when all destructors have run. The linker sends the functions
 * below here (--wrap, coverage.cmake). What a signal from outside ends is lost. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

typedef int exec_function(const char *file, char *const words[], char *const environment[]);
typedef int fexec_function(int fd, char *const words[], char *const environment[]);
typedef int execat_function(int fd, const char *file, char *const words[], char *const environment[], int flags);

void __gcov_dump(void);
void __gcov_reset(void);
long __real_syscall(long number, ...);
int __real_on_exit(void (*handler)(int, void *), void *data);
void *__real_forward_next(const char *name) __attribute__((weak));
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
_Noreturn void __wrap__exit(int status);
int __wrap_on_exit(void (*handler)(int, void *), void *data);
void *__wrap_forward_next(const char *name);

/* To the files, and from zero on, so that it may be done again. */
static void keep(void)
{
    __gcov_dump();
    __gcov_reset();
}

/* Behind gcov's own, which has 99. */
#pragma GCC diagnostic ignored "-Wprio-ctor-dtor"
__attribute__((destructor(98))) static void go_on(void)
{
    __gcov_reset();
}

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_exit_group || (number == SYS_tgkill && c == SIGABRT))
        keep();
    return __real_syscall(number, a, b, c, d, e, f);
}

/* Not by the name _exit, which is the shim's own in the library. */
_Noreturn void __wrap__exit(int status)
{
    keep();
    for (;;)
        __real_syscall(SYS_exit_group, status);
}

static void keep_at_exit(int status, void *unused)
{
    (void)status, (void)unused;
    keep();
}

/* Handlers run last to first. */
int __wrap_on_exit(void (*handler)(int, void *), void *data)
{
    __real_on_exit(keep_at_exit, NULL);
    return __real_on_exit(handler, data);
}

/* ---- what the shim asks of the C library by name ---- */

static exec_function *next_execve, *next_execvpe;
static fexec_function *next_fexecve;
static execat_function *next_execveat;

static int keep_execve(const char *file, char *const words[], char *const environment[])
{
    keep();
    return next_execve(file, words, environment);
}

static int keep_execvpe(const char *file, char *const words[], char *const environment[])
{
    keep();
    return next_execvpe(file, words, environment);
}

static int keep_fexecve(int fd, char *const words[], char *const environment[])
{
    keep();
    return next_fexecve(fd, words, environment);
}

static int keep_execveat(int fd, const char *file, char *const words[], char *const environment[], int flags)
{
    keep();
    return next_execveat(fd, file, words, environment, flags);
}

void *__wrap_forward_next(const char *name)
{
    void *next = __real_forward_next(name);
    if (!strcmp(name, "_exit") || !strcmp(name, "_Exit"))
        return (void *)__wrap__exit;
    if (!strcmp(name, "execve"))
        return next_execve = (exec_function *)next, (void *)keep_execve;
    if (!strcmp(name, "execvpe"))
        return next_execvpe = (exec_function *)next, (void *)keep_execvpe;
    if (!strcmp(name, "fexecve"))
        return next_fexecve = (fexec_function *)next, (void *)keep_fexecve;
    if (!strcmp(name, "execveat"))
        return next_execveat = (execat_function *)next, (void *)keep_execveat;
    return next;
}
