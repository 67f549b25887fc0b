/* Walks the tree of descendants by /proc/PID/task/TID/children, which costs what the tree costs and not what the machine
 * runs. Who has left the tree (a daemon whose parent ended) is not found. */
#include "strays.h"
#include "c_numbers.h"
#include "path.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DESCENDANTS 4096

struct pids {
    pid_t list[DESCENDANTS];
    size_t count;
};

static void add_children(pid_t pid, struct pids *pids)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks)) != NULL;) {
        int child;
        snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)pid, task->d_name);
        FILE *file = *task->d_name == '.' ? NULL : fopen(path, "re");
        while (file && pids->count < DESCENDANTS && fscanf(file, "%d", &child) == 1)
            pids->list[pids->count++] = child;
        if (file)
            fclose(file);
    }
    if (tasks)
        closedir(tasks);
}

enum covered { COVERED, NOT_COVERED, NOT_READABLE };

/* Does the process map the library? One that has ended, or a kernel thread, maps nothing and counts as covered. */
static enum covered is_covered(pid_t pid, const char *library)
{
    char path[64];
    char line[PATH_MAX + 128];
    bool any = false, found = false;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    errno = 0;
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        any = true;
        found = strncmp(path_base(line), library, strlen(library)) == 0;
    }
    bool denied = errno == EACCES || errno == EPERM;
    if (file)
        fclose(file);
    return denied && !any ? NOT_READABLE : any && !found ? NOT_COVERED : COVERED;
}

static unsigned long long start_ticks(pid_t pid)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file)
        fclose(file);
    line[length] = 0;
    const char *at = strrchr(line, ')'); /* field 2; wanted is field 22 */
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at, ' ');
        at += at != NULL;
    }
    return at ? strtoull(at, NULL, 10) : 0;
}

/* Adds a line for the program that the process runs, once however many processes run it. */
static void name(struct strays *strays, pid_t pid, enum covered covered)
{
    char path[64];
    char program[200];
    char line[sizeof strays->lines[0]];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(path, program, sizeof program - 1);
    if (covered == NOT_COVERED && length < 0)
        return; /* it ended just now */
    program[length < 0 ? 0 : length] = 0;
    if (covered == NOT_COVERED)
        snprintf(line, sizeof line, "%s ran without the preload", program);
    else
        snprintf(line, sizeof line, "process %d, which may not be looked into", (int)pid);
    for (size_t i = 0; i < strays->line_count; i++)
        if (strcmp(strays->lines[i], line) == 0)
            return;
    if (strays->line_count == STRAYS_KEPT)
        strays->more = true;
    else
        strcpy(strays->lines[strays->line_count++], line);
}

static void suspect(struct strays *strays, pid_t pid, enum covered covered)
{
    unsigned long long start = start_ticks(pid);
    for (size_t i = 0; i < strays->suspect_count; i++) {
        struct stray *s = &strays->suspects[i];
        if (s->pid != pid || s->start_ticks != start)
            continue;
        if (!s->seen_again)
            name(strays, pid, covered);
        s->seen_again = s->seen_now = true;
        return;
    }
    if (strays->suspect_count < STRAYS_KEPT)
        strays->suspects[strays->suspect_count++] = (struct stray){.pid = pid, .start_ticks = start, .seen_now = true};
}

void strays_look(struct strays *strays, pid_t root)
{
    static struct pids pids;
    size_t kept = 0;
    pids.count = 1;
    pids.list[0] = root;
    for (size_t i = 0; i < strays->suspect_count; i++)
        strays->suspects[i].seen_now = false;
    for (size_t i = 0; i < pids.count; i++) {
        enum covered covered = is_covered(pids.list[i], strays->library);
        if (covered != COVERED)
            suspect(strays, pids.list[i], covered);
        add_children(pids.list[i], &pids);
    }
    for (size_t i = 0; i < strays->suspect_count; i++)
        if (strays->suspects[i].seen_now)
            strays->suspects[kept++] = strays->suspects[i];
    strays->suspect_count = kept;
}
