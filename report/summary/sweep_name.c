/* Names of ledgers and of the folders of runs, and what they tell before anything is opened. */
#include "sweep_name.h"
#include "ledger_alive.h"
#include "ledger_check.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ENDING "ledger"
#define SUFFIX "." ENDING

/* Digits up to `end`, which is skipped; NULL: it is not that. */
static const char *number(const char *text, unsigned base, char end, uint64_t *value)
{
    const char *begin = text;
    for (*value = 0;; text++) {
        unsigned digit = *text >= '0' && *text <= '9'   ? (unsigned)(*text - '0')
                         : *text >= 'a' && *text <= 'f' ? (unsigned)(*text - 'a' + 10)
                                                        : base;
        if (digit >= base || text - begin > 20)
            break;
        *value = *value * base + digit;
    }
    return text > begin && *text == end ? text + 1 : NULL;
}

static bool is_pid(uint64_t value)
{
    return value && value <= INT32_MAX;
}

bool sweep_parse(const char *name, struct sweep_name *parsed)
{
    uint64_t pid, nonce, claimer;
    *parsed = (struct sweep_name){0};
    if (strncmp(name, "flopshim.", 9) != 0 || !(name = number(name + 9, 10, '.', &pid)) || !is_pid(pid) ||
        !(name = number(name, 16, '.', &nonce)))
        return false;
    parsed->pid = (uint32_t)pid;
    const char *rest = number(name, 10, '-', &claimer);
    if (rest && is_pid(claimer) && (rest = number(rest, 10, '.', &parsed->claimer_ticks))) {
        parsed->claimer = (uint32_t)claimer;
        name = rest;
    }
    parsed->unready = !strcmp(name, ENDING LEDGER_UNREADY);
    return parsed->unready || !strcmp(name, ENDING);
}

bool sweep_is_claimed(const struct sweep_name *name)
{
    return name->claimer && ledger_pid_lives(name->claimer) && ledger_start_ticks(name->claimer) == name->claimer_ticks;
}

bool sweep_claim(int folder, const char *name, char claimed[SWEEP_NAME_BYTES])
{
    struct sweep_name parsed;
    int stem = (int)(strlen(name) - strlen(SUFFIX));
    if (sweep_parse(name, &parsed) && parsed.claimer) /* of a claimer that died: its part of the name goes */
        stem = (int)((const char *)memrchr(name, '.', (size_t)stem) - name);
    int length = snprintf(claimed, SWEEP_NAME_BYTES, "%.*s.%u-%llu" SUFFIX, stem, name, (unsigned)getpid(),
                          (unsigned long long)ledger_start_ticks((uint32_t)getpid()));
    return length < SWEEP_NAME_BYTES && renameat(folder, name, folder, claimed) == 0;
}

static const char *parse_run(const char *name, uint64_t *pid, uint64_t *pid_namespace)
{
    if (strncmp(name, "flopshim-", 9) != 0 || !(name = number(name + 9, 10, '-', pid)) || !is_pid(*pid))
        return NULL;
    return number(name, 16, '-', pid_namespace);
}

uint32_t sweep_run_of(const char *folder_name)
{
    uint64_t pid, pid_namespace;
    return parse_run(folder_name, &pid, &pid_namespace) ? (uint32_t)pid : 0;
}

bool sweep_run_is_dead(const char *folder_name)
{
    uint64_t pid, pid_namespace;
    return parse_run(folder_name, &pid, &pid_namespace) && !ledger_pid_lives((uint32_t)pid) && pid_namespace &&
           pid_namespace == ledger_pid_namespace();
}
