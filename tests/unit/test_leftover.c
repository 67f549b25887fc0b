/* What flopshim run and flopshim report make of ledgers that stayed behind. */
#include "ledger_build.h"
#include "leftover.h"
#include "load.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static char folder[64];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/flopshim-test-XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0 && freopen("err", "w", stderr));
}

static void leave_folder(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(chdir("/tmp") == 0 && system(command) == 0);
}

static bool shell(const char *command)
{
    fflush(stderr);
    return system(command) == 0;
}

/* A root that was killed and a child that was; where `alive`, the child is this process. */
static void write_ledger(const char *path, uint32_t scope, bool alive)
{
    struct ledger_build b;
    build_start(&b, 1 << 16, 64);
    build_header(&b)->scope = scope;
    build_process(&b)->end_reason = LEDGER_END_UNKNOWN;
    build_process(&b)->end_monotonic_ns = 0;
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "", "dgemm", 2, 400, 2);
    struct ledger_process *child = build_add_process(&b, alive ? (uint32_t)getpid() : 4243, "worker");
    child->end_reason = LEDGER_END_UNKNOWN;
    child->end_monotonic_ns = 0;
    child->start_ticks = 0;
    if (alive) {
        FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
        cr_assert(file && fscanf(file, "%39s", build_header(&b)->boot_id) == 1);
        fclose(file);
    }
    build_seal(&b);
    FILE *file = fopen(path, "w");
    cr_assert(file && fwrite(b.data, b.used, 1, file) == 1 && fclose(file) == 0);
    free(b.data);
}

Test(leftover, of_a_dead_tree_is_rendered_with_its_roots_signal, .init = enter_folder, .fini = leave_folder)
{
    struct ended_child child = {.pid = 4242, .signal = 9};
    write_ledger("x.ledger", LEDGER_SCOPE_TREE, false);
    cr_expect(leftover_report(".", "%p.txt,%p.json", &child, false) == 0);
    cr_expect(shell("grep -qx 'flopshim: summary of app (pid 4242, killed by signal 9): 4242.txt, 4242.json' err"));
    cr_expect(shell("grep -q 'Ended by signal 9' 4242.txt && ! grep -q Incomplete 4242.txt && test ! -e x.ledger"));
    cr_expect(shell("grep -A12 processes 4242.json | grep -q '\"end_reason\": \"signal\"'"));
}

Test(leftover, of_a_tree_that_runs_on_stays, .init = enter_folder, .fini = leave_folder)
{
    struct ended_child child = {.pid = 4242, .signal = 9};
    write_ledger("x.ledger", LEDGER_SCOPE_TREE, true);
    cr_expect(leftover_report(".", "%p.txt", &child, false) == 1);
    cr_expect(shell("test -e x.ledger && test ! -e 4242.txt"));
    cr_expect(shell("grep -qx 'flopshim: app (pid 4242): 1 process of its tree still runs; the ledger is ./x.ledger' err"));
}

Test(load, tells_the_damaged_from_the_doubtful, .init = enter_folder, .fini = leave_folder)
{
    struct loaded loaded;
    write_ledger("sound", LEDGER_SCOPE_TREE, false);
    cr_expect(load_file("sound", &loaded) == 0 && !(loaded.summary.incomplete & LEDGER_DOUBTFUL));
    load_free(&loaded);
    /* A byte of the dead child's state, one of the header. */
    cr_expect(shell("cp sound doubtful; cp sound damaged; printf x | dd of=damaged bs=1 seek=100 conv=notrunc 2>dd"));
    FILE *file = fopen("doubtful", "r+");
    size_t at = LEDGER_PAGE + sizeof(struct ledger_block) + offsetof(struct ledger_process, uncounted_calls);
    cr_assert(file && fseek(file, (long)at, SEEK_SET) == 0 && fputc(1, file) == 1 && fclose(file) == 0);
    cr_assert(load_file("doubtful", &loaded) == 0 && loaded.summary.incomplete & LEDGER_DOUBTFUL && !loaded.summary.complete);
    load_free(&loaded);
    cr_expect(load_file("damaged", &loaded) == -1);
    cr_expect(shell("grep -qx 'flopshim: damaged: damaged: the header does not match its seal' err"));
}
