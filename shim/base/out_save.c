/* Puts a buffer where it belongs: a file that is either whole or not there, or a descriptor. Uses system calls only and
 * works from the folder's descriptor, so that the stack stays small in a signal handler. The signals by which writing
 * could end the program (SIGXFSZ, SIGPIPE) are held back and swallowed. */
#include "out_save.h"
#include "signals.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE 0666 /* less the umask */
#define FOLDER_MODE 0777
#define SUFFIX_MAX 100000u
#define TEMPORARY_MAX 1000u

static int write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        data += written;
        length -= (size_t)written;
    }
    return 0;
}

/* A pipe that poll calls writable takes PIPE_BUF bytes without blocking. Where a sandbox does not let it say, it is written to.
 */
static int write_patiently(int fd, const char *data, size_t length, int patience_ms)
{
    while (length) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        int ready = poll(&wait, 1, patience_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        if (!ready) {
            errno = EAGAIN;
            return -1;
        }
        size_t part = length < PIPE_BUF ? length : PIPE_BUF;
        if (write_all(fd, data, part) < 0)
            return -1;
        data += part;
        length -= part;
    }
    return 0;
}

int out_print(const struct out *out, int fd, int patience_ms)
{
    struct held_signals held;
    signals_hold(&held);
    int result = write_patiently(fd, out->data, out->length, patience_ms);
    signals_release(&held);
    return result;
}

/* All at once, where the whole folder is there, as it is but for the first file of many. */
static int open_whole_folder(const char *path, const char **base)
{
    char name[NAME_MAX + 1];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!length || length > NAME_MAX)
        return -1;
    memcpy(name, path, length);
    name[length] = 0;
    *base = slash + 1;
    return open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Open the folder of path, creating what is missing, and point *base at the name inside it. -1 with errno. */
static int open_folder(const char *path, const char **base)
{
    int whole = open_whole_folder(path, base);
    if (whole >= 0)
        return whole;
    int folder = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *slash;
    for (path += strspn(path, "/"); folder >= 0 && (slash = strchr(path, '/')); path = slash + strspn(slash, "/")) {
        char name[NAME_MAX + 1];
        int inner = -1;
        size_t length = (size_t)(slash - path);
        if (length <= NAME_MAX) {
            memcpy(name, path, length);
            name[length] = 0;
            inner = openat(folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (inner < 0 && errno == ENOENT && (mkdirat(folder, name, FOLDER_MODE) == 0 || errno == EEXIST))
                inner = openat(folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        } else {
            errno = ENAMETOOLONG;
        }
        int saved = errno;
        close(folder);
        errno = saved;
        folder = inner;
    }
    *base = path;
    return folder;
}

static size_t append(char *text, size_t length, const char *bytes, size_t count)
{
    if (length + count > NAME_MAX)
        count = NAME_MAX - length;
    memcpy(text + length, bytes, count);
    text[length + count] = 0;
    return length + count;
}

static size_t append_number(char *text, size_t length, uint64_t value)
{
    char digits[20];
    size_t first = sizeof digits;
    do
        digits[--first] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    return append(text, length, digits + first, sizeof digits - first);
}

/* name.txt and 2 give name.2.txt; the extension is never cut. */
static void suffixed_name(char *name, const char *base, unsigned suffix)
{
    size_t length = strlen(base);
    const char *dot = strrchr(base, '.');
    size_t stem = dot && dot > base ? (size_t)(dot - base) : length;
    size_t room = NAME_MAX - (suffix ? 7 : 0); /* .100000 */
    if (length > room)
        stem = room > length - stem ? room - (length - stem) : 0;
    size_t end = append(name, 0, base, stem);
    if (suffix) {
        end = append(name, end, ".", 1);
        end = append_number(name, end, suffix);
    }
    append(name, end, dot && dot > base ? dot : "", dot && dot > base ? length - (size_t)(dot - base) : 0);
}

static int open_temporary(int folder, char *name)
{
    int fd = -1;
    for (unsigned attempt = 0; attempt < TEMPORARY_MAX; attempt++) {
        size_t length = append(name, 0, ".flopshim-", 10);
        length = append_number(name, length, (uint64_t)getpid());
        length = append(name, length, "-", 1);
        length = append_number(name, length, attempt);
        append(name, length, ".tmp", 4);
        fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd;
}

/* Give the temporary file its name, unless something has that name: -1 with EEXIST then. */
static int publish_new(int folder, const char *temporary, const char *name)
{
    if (syscall(SYS_renameat2, folder, temporary, folder, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(folder, temporary, folder, name, 0) == 0)
        return unlinkat(folder, temporary, 0);
    if (errno == EEXIST)
        return -1;
    /* No hard links either (vfat, some network file systems): reserve the name, then rename over our own reservation. */
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return -1;
    close(fd);
    return renameat(folder, temporary, folder, name);
}

static bool is_taken(int folder, const char *base, unsigned suffix)
{
    char name[NAME_MAX + 1];
    struct stat status;
    suffixed_name(name, base, suffix);
    return syscall(SYS_newfstatat, folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The first number that is free where a program was run once a number: not by going through them all. */
static unsigned free_suffix(int folder, const char *base)
{
    unsigned taken = 0, free = 1;
    while (free < SUFFIX_MAX && is_taken(folder, base, free)) {
        taken = free;
        free *= 2;
    }
    while (free - taken > 1) {
        unsigned middle = taken + (free - taken) / 2;
        if (middle < SUFFIX_MAX && is_taken(folder, base, middle))
            taken = middle;
        else
            free = middle;
    }
    return free;
}

static int publish(int folder, const char *temporary, const char *base, bool exclusive, char *name)
{
    for (unsigned suffix = 0; suffix < SUFFIX_MAX; suffix = suffix ? suffix + 1 : free_suffix(folder, base)) {
        suffixed_name(name, base, suffix);
        if (!exclusive)
            return renameat(folder, temporary, folder, name);
        if (publish_new(folder, temporary, name) == 0)
            return 0;
        if (errno != EEXIST)
            return -1;
    }
    errno = EEXIST;
    return -1;
}

static int fill_temporary(const struct out *out, int fd)
{
    int result = write_all(fd, out->data, out->length);
    int saved = errno;
    /* No fsync: what it would save is a summary from the machine's own death, and a process's end would wait for the disk. What
     * a file system notices late (network, quota) close tells as well. */
    if (close(fd) < 0 && result == 0 && errno != EINTR)
        return -1;
    errno = saved;
    return result;
}

/* Is it there and neither a regular file nor a symbolic link: a device or a pipe to write to? The kernel is asked: a preload
 * that wraps fstatat (libfaketime) may have been torn down by now. */
static bool is_special(int folder, const char *base)
{
    struct stat status;
    return syscall(SYS_newfstatat, folder, base, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode) &&
           !S_ISLNK(status.st_mode);
}

static int save_special(const struct out *out, int folder, const char *base)
{
    int fd = openat(folder, base, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = write_patiently(fd, out->data, out->length, 1000);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

static int save_in_folder(const struct out *out, int folder, const char *base, bool exclusive, char *name)
{
    char temporary[64];
    if (strlen(base) > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(name, base);
    if (is_special(folder, base))
        return save_special(out, folder, base);
    int fd = open_temporary(folder, temporary);
    if (fd < 0)
        return -1;
    if (fill_temporary(out, fd) == 0 && publish(folder, temporary, base, exclusive, name) == 0)
        return 0;
    int saved = errno;
    unlinkat(folder, temporary, 0);
    errno = saved;
    return -1;
}

static void tell_used(const char *path, const char *base, const char *name, char *used, size_t size)
{
    size_t folder = (size_t)(base - path);
    size_t length = strlen(name);
    if (!used || !size)
        return;
    if (folder + length >= size) {
        used[0] = 0;
        return;
    }
    memmove(used, path, folder); /* used may be path */
    memcpy(used + folder, name, length + 1);
}

int out_save(const struct out *out, const char *path, bool exclusive, char *used, size_t size)
{
    char name[NAME_MAX + 1];
    struct held_signals held;
    const char *base;
    if (out->failed || !*path) {
        errno = out->failed ? ENOMEM : ENOENT;
        return -1;
    }
    signals_hold(&held);
    int folder = open_folder(path, &base);
    int result = -1;
    if (folder >= 0 && !*base)
        errno = EISDIR;
    else if (folder >= 0)
        result = save_in_folder(out, folder, base, exclusive, name);
    if (result == 0)
        tell_used(path, base, name, used, size);
    int saved = errno;
    if (folder >= 0)
        close(folder);
    errno = saved;
    signals_release(&held);
    return result;
}
