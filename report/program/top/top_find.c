/* Folders are read anew at each look: a process has its ledger from its first counted call on. */
#include "top_find.h"
#include "c_numbers.h"
#include "kernel.h"
#include "ledger.h"
#include "path.h"
#include "sweep_name.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 4, DEPTH_MOST = 64 };

static bool is_readable(int folder, const char *name)
{
    struct stat st;
    return !kernel_fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
           (st.st_uid == geteuid() || !geteuid());
}

static void look_in(const char *folder, bool is_of_run, top_visit *visit, void *data)
{
    char path[PATH_MAX];
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
        struct sweep_name name;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path)
            continue;
        if (!is_of_run && sweep_run_of(entry->d_name))
            look_in(path, true, visit, data);
        else if (sweep_parse(entry->d_name, &name) && !name.unready && !name.claimer &&
                 is_readable(dirfd(entries), entry->d_name))
            visit(path, data);
    }
    if (entries)
        closedir(entries);
}

void top_find_in(const char *folder, top_visit *visit, void *data)
{
    look_in(folder, false, visit, data);
}

static bool is_new(const char *folder, struct stat *seen, size_t count)
{
    if (!folder || !*folder || kernel_stat(folder, &seen[count]))
        return false;
    for (size_t i = 0; i < count; i++)
        if (seen[i].st_dev == seen[count].st_dev && seen[i].st_ino == seen[count].st_ino)
            return false;
    return true;
}

void top_find(top_visit *visit, void *data)
{
    const char *const folders[FOLDERS] = {getenv("FLOP_LEDGER_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp"};
    struct stat seen[FOLDERS];
    size_t count = 0;
    for (size_t i = 0; i < FOLDERS; i++)
        if (is_new(folders[i], seen, count)) {
            count++;
            top_find_in(folders[i], visit, data);
        }
}

/* ---- of a process ---- */

/* The path is the last column; one that is gone has more behind it. */
static void look_at_maps(uint32_t pid, top_visit *visit, void *data)
{
    char line[PATH_MAX + 128], path[64], seen[PATH_MAX] = "";
    snprintf(path, sizeof path, "/proc/%u/maps", pid);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps)) {
        struct sweep_name name;
        char *file = strchr(line, '/');
        line[strcspn(line, "\n")] = 0;
        if (!file || !sweep_parse(path_base(file), &name) || name.unready || !strcmp(file, seen))
            continue;
        snprintf(seen, sizeof seen, "%s", file);
        visit(file, data);
    }
    if (maps)
        fclose(maps);
}

static void look_at_tree(uint32_t pid, unsigned depth, top_visit *visit, void *data)
{
    char path[300];
    unsigned child;
    look_at_maps(pid, visit, data);
    snprintf(path, sizeof path, "/proc/%u/task", pid);
    DIR *tasks = depth < DEPTH_MOST ? opendir(path) : NULL;
    for (struct dirent *task; tasks && (task = readdir(tasks)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%u/task/%.20s/children", pid, task->d_name);
        FILE *children = *task->d_name == '.' ? NULL : fopen(path, "re");
        while (children && fscanf(children, "%u", &child) == 1)
            look_at_tree(child, depth + 1, visit, data);
        if (children)
            fclose(children);
    }
    if (tasks)
        closedir(tasks);
}

void top_find_of(uint32_t pid, top_visit *visit, void *data)
{
    look_at_tree(pid, 0, visit, data);
}
