/* Wrappers of exec: the image is replaced, or it fails and the program goes on. */
#include "end.h"
#include "next.h"
#include "starts.h"
#include <stdarg.h>
#include <unistd.h>

static int (*next_execve)(const char *, char *const[], char *const[]);
static int (*next_execvpe)(const char *, char *const[], char *const[]);
static int (*next_fexecve)(int, char *const[], char *const[]);
static int (*next_execveat)(int, const char *, char *const[], char *const[], int);

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_execve, "execve");
    find_next(&next_execvpe, "execvpe");
    find_next(&next_fexecve, "fexecve");
    find_next(&next_execveat, "execveat");
}

/* Where it is sure to fail, this process goes on as before. */
static void before_exec(const struct starting *s)
{
    if (!s->absent)
        end_before_exec();
}

static int failed(const struct starting *s, int status)
{
    end_exec_failed();
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
