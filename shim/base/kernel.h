/* The kernel asked directly: at a process's end, preloads that wrap the C library's functions of the stat family
 * (libfaketime) may have been torn down before us, and before glibc 2.33 these functions have other names. */
#pragma once
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has it since 2.30. */
static inline pid_t kernel_tid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

static inline int kernel_fstat(int fd, struct stat *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

static inline int kernel_fstatat(int folder, const char *name, struct stat *status, int flags)
{
    return (int)syscall(SYS_newfstatat, folder, name, status, flags);
}

static inline int kernel_stat(const char *path, struct stat *status)
{
    return kernel_fstatat(AT_FDCWD, path, status, 0);
}

static inline int kernel_lstat(const char *path, struct stat *status)
{
    return kernel_fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}
