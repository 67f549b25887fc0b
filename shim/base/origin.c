/* Folder, stderr and confinement as they were at the start. System calls only: a signal handler may end the process. */
#include "origin.h"
#include "kernel.h"
#include "out_save.h"
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>

static char folder[ORIGIN_BYTES];
static struct stat folder_status;
static struct stat stderr_status;
static enum { UNKNOWN, CLOSED, OPEN } stderr_was;
static bool was_free;

/* 0: none. An error is a filter's answer. */
static int seccomp_mode(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
}

void origin_note(void)
{
    was_free = !seccomp_mode();
    if (!kernel_fstat(STDERR_FILENO, &stderr_status))
        stderr_was = OPEN;
    else
        stderr_was = errno == EBADF ? CLOSED : UNKNOWN;
    if (syscall(SYS_getcwd, folder, sizeof folder) <= 0 || *folder != '/' || kernel_stat(folder, &folder_status))
        *folder = 0;
}

const char *origin_folder(void)
{
    return folder;
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool origin_has_stderr(void)
{
    struct stat now;
    struct termios terminal;
    if (stderr_was != OPEN)
        return stderr_was == UNKNOWN;
    if (kernel_fstat(STDERR_FILENO, &now))
        return errno != EBADF; /* a sandbox does not say */
    return same(&now, &stderr_status) || S_ISFIFO(now.st_mode) ||
           (S_ISCHR(now.st_mode) && !syscall(SYS_ioctl, STDERR_FILENO, TCGETS, &terminal));
}

int origin_print(const struct out *text, int patience_ms)
{
    return origin_has_stderr() ? out_print(text, STDERR_FILENO, patience_ms) : -1;
}

bool origin_is_confined(void)
{
    static atomic_bool is_confined;
    if (was_free && !is_confined) {
        int saved = errno;
        is_confined = seccomp_mode() != 0;
        errno = saved;
    }
    return is_confined;
}

static bool is_there(const char *name)
{
    struct stat now;
    if (*name != '/' || kernel_stat(name, &now) || !S_ISDIR(now.st_mode))
        return false;
    return strcmp(name, folder) != 0 || same(&now, &folder_status);
}

void origin_resolve(const char *from, char *path, size_t size)
{
    size_t more = strlen(from), length = strlen(path);
    if (!length || *path == '/' || !is_there(from) || more + 1 + length >= size)
        return;
    memmove(path + more + 1, path, length + 1);
    memcpy(path, from, more);
    path[more] = '/';
}

const char *origin_shown(const char *path)
{
    size_t length = strlen(folder);
    bool inside = length > 1 && !strncmp(path, folder, length) && path[length] == '/' && path[length + 1];
    return inside ? path + length + 1 : path;
}
