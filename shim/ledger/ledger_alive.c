/* Does the process of a record still live? Asked by `flopshim`, and by the shim of the other processes of its tree, in any
 * state of its own: system calls only, errno kept. Pids are used again, also across boots and in containers, so a process is
 * (boot, pid namespace, pid, start time). */
#include "ledger_alive.h"
#include "kernel.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "origin.h"
#include "procfs.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

void ledger_boot_id(char id[40])
{
    memset(id, 0, 40);
    procfs_read("/proc/sys/kernel/random/boot_id", id, 40);
    id[strcspn(id, "\n")] = 0;
}

uint64_t ledger_pid_namespace(void)
{
    struct stat status;
    return origin_is_confined() || kernel_stat("/proc/self/ns/pid", &status) ? 0 : status.st_ino;
}

/* What cannot be known does not tell against it. */
static bool is_here(const struct ledger_header *header)
{
    char id[sizeof header->boot_id];
    uint64_t pid_namespace = ledger_pid_namespace();
    ledger_boot_id(id);
    if (*id && strncmp(id, header->boot_id, sizeof id) != 0)
        return false;
    return !header->pid_namespace || !pid_namespace || pid_namespace == header->pid_namespace;
}

static uint64_t number_at(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    return number;
}

/* Where a field of /proc/PID/stat begins: counted from 1, and behind the name in field 2, which may hold anything. */
static const char *field_at(const char *line, int field)
{
    const char *at = strrchr(line, ')');
    for (int i = 2; at && i < field; i++) {
        at = strchr(at, ' ');
        at += at != NULL;
    }
    return at ? at : "";
}

static void path_of_stat(uint32_t pid, char *path)
{
    char digits[16];
    char *digit = digits + sizeof digits;
    *--digit = 0;
    do
        *--digit = (char)('0' + pid % 10);
    while ((pid /= 10) != 0);
    strcpy(path, "/proc/");
    strcat(path, digit);
    strcat(path, "/stat");
}

/* The fields up to the 22nd: a name of 64 bytes and 21 numbers. */
#define STAT_BYTES 512

/* false: it cannot be read. */
static bool read_stat(uint32_t pid, char line[STAT_BYTES])
{
    char path[40];
    path_of_stat(pid, path);
    return procfs_read(path, line, STAT_BYTES) != 0;
}

uint64_t ledger_start_ticks(uint32_t pid)
{
    char line[STAT_BYTES];
    return read_stat(pid, line) ? number_at(field_at(line, 22)) : 0;
}

static bool exists(uint32_t pid)
{
    return pid && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* A zombie whose main thread alone has ended (pthread_exit) still counts, by its other threads: it shows as many as there
 * are, the dead main thread included; one that waits for its parent shows 1, or 0. */
static bool lives(const struct ledger_process *process)
{
    char line[STAT_BYTES];
    if (!read_stat(process->pid, line))
        return exists(process->pid);
    char state = *field_at(line, 3);
    if (process->start_ticks && number_at(field_at(line, 22)) != process->start_ticks)
        return false;
    return state != 'X' && state != 'x' && (state != 'Z' || number_at(field_at(line, 20)) > 1);
}

bool ledger_pid_lives(uint32_t pid)
{
    int saved = errno;
    bool alive = exists(pid) && lives(&(struct ledger_process){.pid = pid});
    errno = saved;
    return alive;
}

bool ledger_process_lives(const struct ledger_header *header, const struct ledger_process *process)
{
    int saved = errno;
    bool alive = exists(process->pid) && is_here(header) && lives(process);
    errno = saved;
    return alive;
}

bool ledger_somebody_lives(const struct ledger_view *view)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *process;
    while ((process = ledger_next_record(&cursor)) != NULL)
        if (ledger_process_lives(view->header, process))
            return true;
    return false;
}

bool ledger_is_watched(int at, const char *name)
{
    struct stat st;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT;
    bool watched = !kernel_fstat(fd, &st) && st.st_uid == geteuid() && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK;
    close(fd);
    return watched;
}

/* A member has room for the low bits of the ticks, above the pid; below the pid, for a thread (ledger_lock.c). */
#define TICKS_SHIFT (2 * LEDGER_ID_BITS)

uint64_t ledger_member(uint32_t pid, uint64_t start_ticks)
{
    return ((uint64_t)pid & LEDGER_ID_MASK) << LEDGER_ID_BITS | start_ticks << TICKS_SHIFT;
}

bool ledger_member_lives(const struct ledger_header *header, uint64_t member)
{
    uint32_t pid = (uint32_t)(member >> LEDGER_ID_BITS & LEDGER_ID_MASK);
    struct ledger_process process = {.pid = pid, .start_ticks = ledger_start_ticks(pid)};
    return process.start_ticks << TICKS_SHIFT >> TICKS_SHIFT == member >> TICKS_SHIFT && ledger_process_lives(header, &process);
}
