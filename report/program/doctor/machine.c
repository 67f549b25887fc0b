/* Each check does what a run would do, and undoes it: finds the library, makes the folder and a shared file in it, asks the
 * kernel. */
#include "config_values.h"
#include "doctor.h"
#include "library.h"
#include "loader.h"
#include "preload.h"
#include "run_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- the library ---- */

static const char *const reinstall = "build or install flopshim anew; FLOPSHIM_LIBRARY may name the library's path";

/* The loader is asked with a program that it surely starts: this one. */
static void check_loadable(struct findings *findings, const char *library)
{
    struct loader_answer answer;
    struct statvfs fs;
    if (!statvfs(library, &fs) && fs.f_flag & ST_NOEXEC) {
        finding_add(findings, FINDING_BROKEN, "library", "copy it to a file system that is mounted without noexec",
                    "%s cannot be loaded: its file system is mounted noexec", library);
        return;
    }
    loader_ask("", "/proc/self/exe", preload_can_hold(library) ? library : NULL, &answer);
    if (!answer.asked)
        finding_add(findings, FINDING_NOTE, "library", NULL, "%s: the loader cannot be asked whether it would load it",
                    library);
    else if (answer.refused || answer.error)
        finding_add(findings, FINDING_BROKEN, "library", reinstall, "%s cannot be loaded: %s", library,
                    answer.refused ? answer.refused : answer.error);
    else
        finding_add(findings, FINDING_OK, "library", NULL, "%s can be loaded (glibc %s)", library, gnu_get_libc_version());
    loader_free(&answer);
}

static void check_library(struct findings *findings, char *library, size_t size)
{
    char why[2 * PATH_MAX];
    if (preload_seek(library, size, why, sizeof why) < 0) {
        finding_add(findings, FINDING_BROKEN, "library", reinstall, "%s", why);
        *library = 0;
        return;
    }
    check_loadable(findings, library);
    if (preload_can_hold(library))
        return;
    finding_add(findings, FINDING_NOTE, "path", "`flopshim run` preloads it by a link; for LD_PRELOAD by hand, make one",
                "LD_PRELOAD cannot hold the path %s (blank, colon or $)", library);
    *library = 0;
}

/* ---- the folder for ledgers ---- */

static const char *const other_folder = "set FLOP_LEDGER_DIR (--ledger-dir) to a folder of yours on a local file system";

static const char *file_system(const char *folder)
{
    static const struct {
        unsigned long magic;
        const char *name;
    } known[] = {{TMPFS_MAGIC, "tmpfs"},
                 {EXT4_SUPER_MAGIC, "ext4"},
                 {XFS_SUPER_MAGIC, "xfs"},
                 {BTRFS_SUPER_MAGIC, "btrfs"},
                 {OVERLAYFS_SUPER_MAGIC, "overlay"},
                 {0x2fc12fc1, "zfs"},
                 {RAMFS_MAGIC, "ramfs"},
                 {NFS_SUPER_MAGIC, "nfs"},
                 {0xff534d42, "cifs"},
                 {SMB2_SUPER_MAGIC, "smb"},
                 {V9FS_MAGIC, "9p"},
                 {0x0bd00bd0, "lustre"},
                 {FUSE_SUPER_MAGIC, "fuse"},
                 {0x47504653, "gpfs"},
                 {CEPH_SUPER_MAGIC, "ceph"}};
    struct statfs fs;
    if (statfs(folder, &fs) < 0)
        return "unknown";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((unsigned long)fs.f_type == known[i].magic)
            return known[i].name;
    return "another file system";
}

static bool is_remote(const char *name)
{
    static const char *const remote[] = {"nfs", "cifs", "smb", "9p", "lustre", "fuse", "gpfs", "ceph"};
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if (!strcmp(name, remote[i]))
            return true;
    return false;
}

/* As a ledger is made: a file with its blocks, mapped shared. 0, or -1 with errno. */
static int try_ledger(const char *folder)
{
    enum { BYTES = 1 << 18 };
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/ledger", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int error = posix_fallocate(fd, 0, BYTES);
    void *bytes = error ? MAP_FAILED : mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!error && bytes == MAP_FAILED)
        error = errno;
    if (bytes != MAP_FAILED)
        munmap(bytes, BYTES);
    close(fd);
    unlink(path);
    errno = error;
    return error ? -1 : 0;
}

static void check_folder(struct findings *findings)
{
    char folder[PATH_MAX], parent[PATH_MAX];
    const char *place;
    if (run_folder_make(folder, sizeof folder, &place) < 0) {
        finding_add(findings, FINDING_BROKEN, "ledger-dir", other_folder, "no folder for ledgers can be made in %s: %s", place,
                    strerror(errno));
        return;
    }
    int error = try_ledger(folder) < 0 ? errno : 0;
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(folder, '/') - folder), folder);
    const char *system = file_system(folder);
    rmdir(folder);
    if (error)
        finding_add(findings, FINDING_BROKEN, "ledger-dir", other_folder, "no ledger can be made in %s (%s): %s", parent,
                    system, strerror(error));
    else if (is_remote(system))
        finding_add(findings, FINDING_NOTE, "ledger-dir", other_folder,
                    "ledgers lie in %s (%s), which may be slow and lose counts "
                    "of a killed process",
                    parent, system);
    else
        finding_add(findings, FINDING_OK, "ledger-dir", NULL, "ledgers lie in %s (%s)", parent, system);
}

/* ---- the kernel ---- */

static void check_barrier(struct findings *findings)
{
    const long wanted = MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GLOBAL_EXPEDITED;
    long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    if (commands >= 0 && (commands & wanted) == wanted)
        finding_add(findings, FINDING_OK, "membarrier", NULL, "budgets of several threads cost a call nothing");
    else
        finding_add(findings, FINDING_NOTE, "membarrier", "a kernel since 4.16, and a seccomp filter that lets membarrier pass",
                    "the kernel has no membarrier for us: under a budget every call takes a lock");
}

static void check_watch(struct findings *findings)
{
    int process = (int)syscall(SYS_pidfd_open, getpid(), 0), news = inotify_init1(IN_CLOEXEC);
    if (process >= 0 && news >= 0)
        finding_add(findings, FINDING_OK, "watch", NULL, "`flopshim run` can watch over its ledgers (pidfd, inotify)");
    else
        finding_add(findings, FINDING_NOTE, "watch", "a kernel since 5.3, and a free instance of inotify",
                    "%s fails (%s): a ledger that is tampered with while the program runs is found at its end only",
                    process < 0 ? "pidfd_open" : "inotify_init", strerror(errno));
    if (process >= 0)
        close(process);
    if (news >= 0)
        close(news);
}

static void check_kernel(struct findings *findings)
{
    check_barrier(findings);
    check_watch(findings);
    if (access("/proc/self/maps", R_OK))
        finding_add(findings, FINDING_BROKEN, "proc", "mount /proc", "/proc cannot be read: %s", strerror(errno));
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0)
        finding_add(findings, FINDING_NOTE, "seccomp", NULL,
                    "a seccomp filter is in force, as in containers: what it allows is used, what it forbids is named above");
}

/* ---- the environment ---- */

static void check_environment(struct findings *findings)
{
    static struct config judged;
    bool any = false;
    for (size_t i = 0; i < CONFIG_VARIABLES; i++) {
        const struct config_variable *v = &config_variables[i];
        const char *value = getenv(v->name);
        if (!value || !*value || v->take(value, &judged))
            continue;
        any = true;
        finding_add(findings, v->limits == CONFIG_NO_LIMIT ? FINDING_NOTE : FINDING_BROKEN, "environment",
                    "correct it, or unset it", "%s=%s: expected %s", v->name, value, v->accepted);
    }
    if (judged.disabled)
        finding_add(findings, FINDING_MISSED, "environment", "unset FLOP_DISABLE", "FLOP_DISABLE=1: nothing is counted");
    else if (!any)
        finding_add(findings, FINDING_OK, "environment", NULL, "no FLOP_ variable is malformed");
}

void doctor_machine(struct findings *findings, char *library, size_t size)
{
    check_library(findings, library, size);
    check_folder(findings);
    check_kernel(findings);
    check_environment(findings);
}
