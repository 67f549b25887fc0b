/* Ledgers of a job: others are looked at and passed over, bad ones too (merge_job.h). */
#include "merge_job.h"
#include "kernel.h"
#include "ledger_folders.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "merge_read.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    struct members *members;
    uint32_t job_number;
    int result;
};

static bool enters(const char *run_folder)
{
    return sweep_run_of(run_folder) != 0;
}

static bool takes(const struct sweep_name *name, const struct stat *file)
{
    return !name->unready && file->st_uid == geteuid();
}

static bool is_of(const char *path, uint32_t job_number)
{
    struct ledger_view view;
    const char *why;
    if (ledger_load(path, &view, &why) < 0)
        return false;
    const struct ledger_process *root = ledger_first_process(&view);
    bool found = root && root->ranks && root->job_number == job_number;
    ledger_unload(&view);
    return found;
}

static void add(const char *path, void *data)
{
    struct search *search = data;
    if (is_of(path, search->job_number) && merge_read(search->members, path, MEMBER_NO_RANK) < 0)
        search->result = -1;
}

/* Does the JSON tell of a rank of the job? */
static bool tells_of(const char *path, uint32_t job_number)
{
    char wanted[64];
    struct stat st;
    int length = snprintf(wanted, sizeof wanted, "\"job_number\": %u", job_number);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    bool is_file = fd >= 0 && kernel_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > length;
    char *text = is_file ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    if (text == MAP_FAILED)
        return false;
    const char *found = text, *end = text + st.st_size;
    while ((found = memmem(found, (size_t)(end - found), wanted, (size_t)length)) && found + length < end &&
           isdigit((unsigned char)found[length]))
        found += length;
    munmap(text, (size_t)st.st_size);
    return found;
}

int merge_read_folder(struct members *members, const char *folder, uint32_t job_number)
{
    char path[PATH_MAX];
    struct search search = {members, job_number, 0};
    DIR *entries = opendir(folder);
    if (!entries) {
        fprintf(stderr, "flopshim merge: %s: %s\n", folder, strerror(errno));
        return -1;
    }
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || (size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path)
            continue;
        if (strcmp(dot, ".ledger") == 0)
            ledger_parts(path, add, &search);
        else if (strcmp(dot, ".json") == 0 && tells_of(path, job_number) && merge_read(members, path, MEMBER_NO_RANK) < 0)
            search.result = -1;
    }
    closedir(entries);
    return search.result;
}

int merge_read_job(struct members *members, uint32_t job_number)
{
    struct search search = {members, job_number, 0};
    const struct ledger_search how = {.enters = enters, .takes = takes, .visit = add, .data = &search};
    ledger_folders_search(&how);
    return search.result;
}
