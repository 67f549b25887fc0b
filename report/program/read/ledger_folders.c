/* Goes through folders of ledgers (ledger_folders.h). */
#include "ledger_folders.h"
#include "kernel.h"
#include "ledger_node_read.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FOLDERS = 4 };

static bool is_wanted(const struct ledger_search *search, int folder, const char *file)
{
    struct sweep_name name;
    struct stat st;
    return sweep_parse(file, &name) && kernel_fstatat(folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           search->takes(&name, &st);
}

static void look_in(const char *folder, bool is_of_run, const struct ledger_search *search)
{
    char path[PATH_MAX];
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path)
            continue;
        if (!is_of_run && search->enters(entry->d_name))
            look_in(path, true, search);
        else if (is_wanted(search, dirfd(entries), entry->d_name))
            ledger_parts(path, search->visit, search->data);
    }
    if (entries)
        closedir(entries);
}

void ledger_folders_search_in(const char *folder, const struct ledger_search *search)
{
    look_in(folder, false, search);
}

static bool is_new(const char *folder, struct stat *seen, size_t count)
{
    if (!folder || !*folder || kernel_stat(folder, &seen[count]) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (seen[i].st_dev == seen[count].st_dev && seen[i].st_ino == seen[count].st_ino)
            return false;
    return true;
}

void ledger_folders_search(const struct ledger_search *search)
{
    const char *const folders[FOLDERS] = {getenv("FLOP_LEDGER_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp"};
    struct stat seen[FOLDERS];
    size_t count = 0;
    for (size_t i = 0; i < FOLDERS; i++)
        if (is_new(folders[i], seen, count)) {
            count++;
            ledger_folders_search_in(folders[i], search);
        }
}
