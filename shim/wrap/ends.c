/* Wrappers of the functions by which a process ends, or leaves a call, without any hook being run. Each writes what must
 * be written and goes on to the real function, which is looked up at start: a fork child of a threaded program must not
 * call the loader. */
#include "forward.h"
#include "shim.h"
#include "slow.h"
#include "starts.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

typedef void end_function(int);
typedef void jump_function(jmp_buf, int);

static end_function *next_exit, *next_Exit, *next_quick_exit;
static void (*next_abort)(void);
static int (*next_execve)(const char *, char *const[], char *const[]);
static int (*next_execvpe)(const char *, char *const[], char *const[]);
static int (*next_fexecve)(int, char *const[], char *const[]);
static int (*next_execveat)(int, const char *, char *const[], char *const[], int);
static jump_function *next_longjmp, *next_siglongjmp, *next__longjmp, *next_longjmp_chk;

static void find_next(void *place, const char *name)
{
    if (!*(void **)place)
        *(void **)place = forward_next(name);
}

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_exit, "_exit");
    find_next(&next_Exit, "_Exit");
    find_next(&next_quick_exit, "quick_exit");
    find_next(&next_abort, "abort");
    find_next(&next_execve, "execve");
    find_next(&next_execvpe, "execvpe");
    find_next(&next_fexecve, "fexecve");
    find_next(&next_execveat, "execveat");
    find_next(&next_longjmp, "longjmp");
    find_next(&next_siglongjmp, "siglongjmp");
    find_next(&next__longjmp, "_longjmp");
    find_next(&next_longjmp_chk, "__longjmp_chk");
}

static _Noreturn void end(end_function *next, int status)
{
    status = lifecycle_end_status(status);
    if (next)
        next(status);
    for (;;)
        syscall(SYS_exit_group, status);
}

EXPORTED _Noreturn void _exit(int status)
{
    end(next_exit, status);
}

EXPORTED _Noreturn void _Exit(int status)
{
    end(next_Exit, status);
}

EXPORTED _Noreturn void quick_exit(int status)
{
    find_next(&next_quick_exit, "quick_exit");
    lifecycle_write_and_say(LEDGER_END_EXIT, (uint32_t)status);
    if (next_quick_exit)
        next_quick_exit(status);
    _exit(status);
}

EXPORTED _Noreturn void abort(void)
{
    lifecycle_write_and_say(LEDGER_END_SIGNAL, SIGABRT);
    if (next_abort)
        next_abort();
    lifecycle_abort_now();
}

/* ---- exec: the image is replaced, or it fails and the program goes on ---- */

/* Where it is sure to fail, this process goes on as before. */
static void before_exec(const struct starting *s)
{
    if (!s->absent)
        lifecycle_before_exec();
}

static int failed(const struct starting *s, int status)
{
    lifecycle_after_failed_exec();
    return starts_failed(s, status);
}

EXPORTED int execve(const char *path, char *const argv[], char *const envp[])
{
    struct starting s;
    find_next(&next_execve, "execve");
    starts_look(&s, path, envp);
    before_exec(&s);
    char *room[s.variables + 1];
    return failed(&s, next_execve(path, argv, starts_environment(&s, envp, room)));
}

EXPORTED int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORTED int execvpe(const char *file, char *const argv[], char *const envp[])
{
    struct starting s;
    find_next(&next_execvpe, "execvpe");
    starts_look_for(&s, file, envp);
    before_exec(&s);
    char *room[s.variables + 1];
    return failed(&s, next_execvpe(file, argv, starts_environment(&s, envp, room)));
}

EXPORTED int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

EXPORTED int fexecve(int fd, char *const argv[], char *const envp[])
{
    struct starting s;
    find_next(&next_fexecve, "fexecve");
    starts_look_at(&s, fd, "", envp);
    before_exec(&s);
    char *room[s.variables + 1];
    return failed(&s, next_fexecve(fd, argv, starts_environment(&s, envp, room)));
}

EXPORTED int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
    struct starting s;
    find_next(&next_execveat, "execveat");
    starts_look_at(&s, fd, path, envp);
    before_exec(&s);
    char *room[s.variables + 1];
    return failed(&s, next_execveat(fd, path, argv, starts_environment(&s, envp, room), flags));
}

typedef int exec_function(const char *, char *const[], char *const[]);

static size_t count_arguments(const char *first, va_list rest)
{
    size_t count = first != NULL;
    while (first && va_arg(rest, char *))
        count++;
    return count;
}

/* The arguments of execl and its kin as an array; behind their NULL execle has the environment. */
static int exec_list(exec_function *exec, const char *path, bool has_environment, const char *first, va_list rest)
{
    va_list again;
    va_copy(again, rest);
    size_t count = count_arguments(first, rest);
    char *argv[count + 1];
    argv[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i <= count; i++)
        argv[i] = va_arg(again, char *);
    char *const *environment = has_environment ? va_arg(again, char *const *) : environ;
    va_end(again);
    return exec(path, argv, environment);
}

EXPORTED int execl(const char *path, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    int status = exec_list(execve, path, false, first, rest);
    va_end(rest);
    return status;
}

EXPORTED int execlp(const char *file, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    int status = exec_list(execvpe, file, false, first, rest);
    va_end(rest);
    return status;
}

EXPORTED int execle(const char *path, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    int status = exec_list(execve, path, true, first, rest);
    va_end(rest);
    return status;
}

/* ---- longjmp: a call that is jumped out of has no end ---- */

/* The stack pointer in glibc's x86-64 jump buffer is entry 6, rotated by 17 and mixed with the thread's guard. */
static uintptr_t stack_of(const jmp_buf buffer)
{
    uintptr_t sp = (uintptr_t)buffer[0].__jmpbuf[6];
    __asm__("rorq $17, %0\nxorq %%fs:0x30, %0" : "+r"(sp));
    return sp;
}

static _Noreturn void jump(jump_function **next, const char *name, jmp_buf buffer, int value)
{
    find_next(next, name);
    call_abandon(stack_of(buffer));
    (*next)(buffer, value);
    __builtin_unreachable();
}

EXPORTED _Noreturn void longjmp(jmp_buf buffer, int value)
{
    jump(&next_longjmp, "longjmp", buffer, value);
}

EXPORTED _Noreturn void _longjmp(jmp_buf buffer, int value)
{
    jump(&next__longjmp, "_longjmp", buffer, value);
}

EXPORTED _Noreturn void siglongjmp(jmp_buf buffer, int value)
{
    jump(&next_siglongjmp, "siglongjmp", buffer, value);
}

_Noreturn void __longjmp_chk(jmp_buf buffer, int value);
EXPORTED _Noreturn void __longjmp_chk(jmp_buf buffer, int value)
{
    jump(&next_longjmp_chk, "__longjmp_chk", buffer, value);
}
