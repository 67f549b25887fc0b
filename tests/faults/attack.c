/* A program that wants to escape its own budget. Every call is a ddot_ with n = 4, 8 FLOPs; first 10 of them, 80 FLOPs. Then it
 * waits until `flopshim run`, its parent, has looked at it a few times, attacks, and waits again.
 *
 *   none             no attack
 *   remove           its ledger's file is removed, a call follows
 *   remove-killed    likewise, then SIGKILL
 *   replace          a copy from before 10 more calls is put in the file's place; then SIGKILL
 *   cut              the file is cut off; then SIGKILL
 *   zero             its tallies are set to 0
 *   spent            its grants are given back and spent again, 8 times: 640 more FLOPs
 *   spent-killed     likewise, then SIGKILL
 *   flood            more changes in the ledger's folder than the kernel keeps for who watches it
 *   raise            its limit is raised a hundredfold, with a seal that is right; 80 more FLOPs
 *   damage           the same without the seal
 *   undo             what cannot be seen: each of 10 more calls is taken out of tally and grant right behind it
 *   drop             a child by a bare execve without the preload, 10 calls, which waits too
 *   child            those calls
 *
 * With "-at-once" behind it: without waiting. With "-late": while the runner is stopped, until the program has ended; so it
 * sees nothing before. With "-marked": the ledger is marked as removed in order first.
 *
 * A second argument is the runner's pid; 0: there is none to wait for.
 */
#include "ledger.h"
#include "ledger_seal.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static struct ledger_header *ledger;
static char path[600];

static void calls(int count)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    while (count-- > 0)
        if (ddot_(&n, x, &one, x, &one) != 4)
            exit(3);
}

static void find_ledger(void)
{
    char line[1024];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        char *file = strchr(line, '/');
        if (!file || !strstr(file, ".ledger\n"))
            continue;
        file[strcspn(file, "\n")] = 0;
        strcpy(path, file);
        ledger = (void *)strtoul(line, NULL, 16);
        break;
    }
    if (maps)
        fclose(maps);
    if (!ledger)
        exit(4);
}

/* How often the runner has slept, which it does after each look. */
static long sleeps(pid_t runner)
{
    char name[64], line[256];
    long count = 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)runner);
    FILE *status = fopen(name, "r");
    while (status && fgets(line, sizeof line, status))
        sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    if (status)
        fclose(status);
    return count;
}

static void be_looked_at(pid_t runner)
{
    const struct timespec moment = {0, 20000000};
    long before = sleeps(runner);
    for (int i = 0; runner && i < 500 && sleeps(runner) < before + 5; i++)
        nanosleep(&moment, NULL);
}

/* As where it gets no processor: from before there is a ledger until this process is gone. */
static void hold_up(pid_t runner)
{
    int alive[2], left;
    char byte;
    if (pipe(alive) || kill(runner, SIGSTOP))
        exit(4);
    if (fork()) {
        close(alive[0]); /* the end of writing is this process's own, until its end */
        return;
    }
    close(alive[1]);
    left = (int)read(alive[0], &byte, 1);
    kill(runner, SIGCONT);
    _exit(left);
}

static struct ledger_block *find(uint32_t kind)
{
    struct ledger_block *b = (struct ledger_block *)((char *)ledger + LEDGER_PAGE);
    while ((char *)b < (char *)ledger + ledger->size_bytes) {
        if (b->kind == kind && b->count)
            return b;
        b = (struct ledger_block *)((char *)(b + 1) + (((size_t)b->capacity * b->record_bytes + 63) & ~(size_t)63));
    }
    exit(4);
}

static void *first(uint32_t kind)
{
    return find(kind) + 1;
}

static void zero(void)
{
    struct ledger_tally *tally = first(LEDGER_TALLIES);
    tally->flops = tally->check = 0;
}

static void give_back(uint64_t flops)
{
    struct ledger_grant *grant = first(LEDGER_GRANTS);
    grant->spent_flops -= flops;
}

static void raise_limit(int sealed)
{
    struct ledger_block *block = find(LEDGER_ACCOUNTS);
    struct ledger_account *account = (struct ledger_account *)(block + 1);
    account->limit_flops *= 100;
    if (sealed)
        block->seal = ledger_seal_record(ledger_seal_block(block), LEDGER_ACCOUNTS, account);
}

static void replace(void)
{
    char other[620];
    snprintf(other, sizeof other, "%s.new", path);
    int from = open(path, O_RDONLY), to = open(other, O_WRONLY | O_CREAT, 0600);
    char buffer[1 << 16];
    for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
        if (write(to, buffer, (size_t)n) != n)
            exit(4);
    calls(10);
    if (rename(other, path))
        exit(4);
}

static void flood(void)
{
    char other[620];
    int kept = 0;
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (!limit || fscanf(limit, "%d", &kept) != 1)
        exit(4);
    fclose(limit);
    snprintf(other, sizeof other, "%s.other", path);
    for (int i = 0; i <= kept / 2; i++) {
        close(open(other, O_WRONLY | O_CREAT, 0600));
        unlink(other);
    }
}

static void undo(void)
{
    struct ledger_tally *tally = first(LEDGER_TALLIES);
    for (int i = 0; i < 10; i++) {
        struct ledger_tally before = *tally;
        calls(1);
        *tally = before;
        give_back(8);
    }
}

static void drop_preload(char *self)
{
    char number[16], *argv[] = {self, "child", number, NULL}, *clean[] = {getenv("LIBRARIES"), NULL};
    snprintf(number, sizeof number, "%d", (int)getppid());
    pid_t pid = fork();
    if (!pid) {
        syscall(SYS_execve, "/proc/self/exe", argv, clean);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

/* Is it this attack, whenever it comes? */
static int is(const char *how, const char *name)
{
    size_t length = strlen(name);
    const char *when = how + length;
    return !strncmp(how, name, length) &&
           (!*when || !strcmp(when, "-at-once") || !strcmp(when, "-late") || !strcmp(when, "-marked"));
}

static void attack(const char *how, char *self)
{
    if (is(how, "remove") || is(how, "remove-killed"))
        unlink(path);
    else if (is(how, "replace"))
        replace();
    else if (is(how, "cut") && truncate(path, 4096))
        exit(4);
    else if (is(how, "zero"))
        zero();
    else if (is(how, "undo"))
        undo();
    else if (is(how, "drop"))
        drop_preload(self);
    else if (is(how, "raise") || is(how, "damage"))
        raise_limit(is(how, "raise"));
    else if (is(how, "flood"))
        flood();
    for (int i = 0; !strncmp(how, "spent", 5) && i < 8; i++) {
        give_back(80);
        calls(10);
    }
    if (is(how, "remove") || is(how, "raise"))
        calls(10);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    pid_t runner = argc > 2 ? atoi(argv[2]) : getppid();
    bool waits = !strstr(how, "-at-once") && !strstr(how, "-late") && strcmp(how, "drop");
    if (strstr(how, "-late"))
        hold_up(runner);
    calls(10);
    if (strcmp(how, "child"))
        find_ledger();
    if (strstr(how, "-marked"))
        ledger->writer = LEDGER_REMOVED;
    if (waits)
        be_looked_at(runner);
    attack(how, argv[0]);
    if (waits && strcmp(how, "child"))
        be_looked_at(runner);
    if (strstr(how, "-killed") || is(how, "replace") || is(how, "cut"))
        raise(SIGKILL);
    return 7;
}
