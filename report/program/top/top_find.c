/* Folders are read anew at each look: a process has its ledger from its first counted call on. */
#include "top_find.h"
#include "c_numbers.h"
#include "ledger_folders.h"
#include "ledger_node_read.h"
#include "path.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MOST = 64 };

static bool is_run(const char *folder)
{
    return sweep_run_of(folder);
}

static bool is_readable(const struct sweep_name *name, const struct stat *file)
{
    return !name->unready && !name->claimer && (file->st_uid == geteuid() || !geteuid());
}

void top_find_in(const char *folder, top_visit *visit, void *data)
{
    ledger_folders_search_in(folder, &(struct ledger_search){is_run, is_readable, visit, data});
}

void top_find(top_visit *visit, void *data)
{
    ledger_folders_search(&(struct ledger_search){is_run, is_readable, visit, data});
}

/* ---- of a process ---- */

/* Of a node's ledger the part of one process. */
static void visit_own(const char *file, uint32_t pid, top_visit *visit, void *data)
{
    char name[PATH_MAX];
    struct node_slot slot;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    uint32_t slots = fd < 0 ? 0 : ledger_node_slots(fd);
    for (uint32_t i = 0; i < slots; i++)
        if (ledger_node_slot(fd, i, &slot) && slot.pid == pid &&
            (size_t)snprintf(name, sizeof name, "%s%c%u", file, NODE_PART, i) < sizeof name)
            visit(name, data);
    if (fd >= 0)
        close(fd);
    if (!slots)
        visit(file, data);
}

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
        visit_own(file, pid, visit, data);
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
