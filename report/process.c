/* Asks /proc whether a ledger's process is still the one that wrote it: pids are used again, also across boots. */
#include "process.h"
#include "shim/ledger.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_this_boot(const struct ledger_header *header)
{
    char id[sizeof header->boot_id] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file)
        return true;
    bool read = fgets(id, sizeof id, file) != NULL;
    fclose(file);
    id[strcspn(id, "\n")] = 0;
    return !read || strncmp(id, header->boot_id, strlen(id)) == 0;
}

/* Fields 3 (state) and 22 (start time) of /proc/PID/stat; the name before them may hold blanks and parentheses. */
static bool read_stat(uint32_t pid, char *state, unsigned long long *start_ticks)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = 0;
    const char *behind_name = strrchr(line, ')');
    return behind_name &&
           sscanf(behind_name + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", state,
                  start_ticks) == 2;
}

bool process_is_alive(const struct ledger_header *header)
{
    char state;
    unsigned long long start_ticks;
    if (!is_this_boot(header) || !read_stat(header->pid, &state, &start_ticks))
        return false;
    return start_ticks == header->start_ticks && state != 'Z' && state != 'X';
}

uint64_t process_age_ns(const struct ledger_header *header)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    return is_this_boot(header) && now_ns > header->start_monotonic_ns ? now_ns - header->start_monotonic_ns : 0;
}
