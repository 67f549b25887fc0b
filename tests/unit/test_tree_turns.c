/* Process trees (tree.c): who is a member, who holds the lock, whose turn it is to write the summary. */
#include "tree.h"
#include "tree_build.h"

TestSuite(tree_turns, .init = begin, .fini = end, .timeout = 60);

/* ---- members ---- */

static int places_of(uint64_t member)
{
    int places = 0;
    for (int i = 0; i < LEDGER_MEMBERS; i++)
        places += ledger->members[i] == member;
    return places;
}

Test(tree_turns, has_each_member_once)
{
    tree_register();
    tree_register();
    cr_expect(places_of(member_of(getpid())) == 1);
    pid_t child = fork();
    if (!child) {
        tree_register();
        _exit(places_of(member_of(getpid())) == 1 && places_of(member_of(getppid())) == 1 ? 0 : 1);
    }
    int status;
    cr_expect(waitpid(child, &status, 0) == child && status == 0, "a fork child is another one");
}

Test(tree_turns, takes_a_free_place_before_one_of_the_dead_and_none_of_the_living)
{
    uint64_t dead = dead_member();
    pid_t child = start_child();
    uint64_t alive = member_of(child);
    for (int i = 0; i < LEDGER_MEMBERS; i++)
        ledger->members[i] = alive;
    tree_register();
    cr_expect(places_of(alive) == LEDGER_MEMBERS, "no room");
    ledger->members[3] = dead;
    ledger->members[200] = 0;
    tree_register();
    cr_expect(ledger->members[200] == member_of(getpid()) && ledger->members[3] == dead);
    ledger->members[200] = alive;
    tree_register();
    cr_expect(ledger->members[3] == member_of(getpid()) && places_of(alive) == LEDGER_MEMBERS - 1);
    end_child(child);
}

/* ---- the lock ---- */

Test(tree_turns, lock_names_its_holder_and_errno_is_kept)
{
    errno = 77;
    cr_expect(ledger_lock() && errno == 77);
    cr_expect(ledger->lock == lock_word(member_of(getpid()), gettid()));
    ledger_unlock();
    cr_expect(ledger->lock == 0 && errno == 77);
}

Test(tree_turns, lock_is_nothing_outside_of_a_tree)
{
    ledger->scope = LEDGER_SCOPE_PROCESS;
    ledger->lock = 5;
    cr_expect(ledger_lock() && ledger->lock == 5);
    ledger_unlock();
    cr_expect(ledger->lock == 5);
    ledger = NULL;
    cr_expect(ledger_lock());
    ledger_unlock();
}

Test(tree_turns, lock_of_another_is_not_undone)
{
    ledger->lock = lock_word(member_of(getpid()), gettid()) ^ 1;
    uint64_t before = ledger->lock;
    ledger_unlock();
    cr_expect(ledger->lock == before);
}

Test(tree_turns, lock_is_taken_from_the_dead)
{
    uint64_t mine = lock_word(member_of(getpid()), gettid());
    uint64_t dead = dead_member();
    ledger->lock = lock_word(dead, (pid_t)(dead >> LEDGER_ID_BITS & LEDGER_ID_MASK));
    errno = 77;
    cr_expect(ledger_lock() && ledger->lock == mine && errno == 77);
    /* A thread of a process that lives */
    ledger->lock = lock_word(member_of(getpid()), 0x3ffff0);
    cr_expect(ledger_lock() && ledger->lock == mine);
    /* A process that got the pid of the holder, later */
    ledger->lock = lock_word(ledger_member((uint32_t)getpid(), ledger_start_ticks((uint32_t)getpid()) + 1), gettid());
    cr_expect(ledger_lock() && ledger->lock == mine);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

Test(tree_turns, lock_of_the_living_is_waited_for_but_not_for_ever_at_an_end)
{
    pid_t child = start_child();
    ledger->lock = lock_word(member_of(child), child);
    uint64_t before = ledger->lock;
    ledger_lock_is_ending();
    double start = now();
    errno = 77;
    cr_expect(!ledger_lock() && errno == 77 && ledger->lock == before);
    cr_expect(now() - start >= 1, "20,000 waits of 50 us");
    end_child(child);
    cr_expect(ledger_lock(), "and now it is dead");
}

/* Longer than the tries that end the wait of one that ends. */
Test(tree_turns, lock_of_the_living_is_waited_for_until_they_die)
{
    double start = now();
    pid_t child = fork();
    if (!child) {
        sleep(3);
        _exit(0);
    }
    ledger->lock = lock_word(member_of(child), child);
    cr_expect(ledger_lock() && ledger->lock == lock_word(member_of(getpid()), gettid()));
    cr_expect(now() - start >= 3);
    cr_expect(waitpid(child, NULL, 0) == child);
}

/* ---- the end ---- */

static struct ledger_process *add_process(pid_t pid)
{
    struct ledger_process *record = build_add_process(&b, (uint32_t)pid, "child");
    identify(record, pid);
    return record;
}

Test(tree_turns, is_over_when_nobody_else_goes_on)
{
    cr_expect(tree_is_over(), "alone");
    pid_t child = start_child();
    struct ledger_process *record = add_process(child);
    cr_expect(!tree_is_over());
    record->end_monotonic_ns = 5;
    record->end_reason = LEDGER_END_EXIT;
    cr_expect(tree_is_over(), "it has written its end");
    record->end_reason = LEDGER_END_EXEC;
    cr_expect(!tree_is_over(), "another image of it is to come");
    record->end_monotonic_ns = 0;
    end_child(child);
    cr_expect(tree_is_over(), "killed");
}

Test(tree_turns, is_not_over_before_its_root_or_a_member_without_a_record_has_ended)
{
    pid_t child = start_child();
    identify(build_process(&b), child);
    ledger_process = add_process(getpid());
    cr_expect(!tree_is_over(), "the root");
    end_child(child);
    cr_expect(tree_is_over());
    child = start_child();
    tree_register();
    ledger->members[9] = member_of(child);
    cr_expect(!tree_is_over(), "the member");
    end_child(child);
    cr_expect(tree_is_over());
}

Test(tree_turns, summary_is_written_by_the_root_and_by_the_last)
{
    cr_expect(tree_begin_writing(false) && ledger->writer == LEDGER_PAGE + sizeof(struct ledger_block) && !ledger->lock);
    ledger->writer = 0;
    pid_t root = start_child();
    identify(build_process(&b), root);
    ledger_process = add_process(getpid());
    cr_expect(!tree_begin_writing(false) && ledger->writer == 0);
    cr_expect(tree_begin_writing(true) && ledger->writer == (uint32_t)((char *)ledger_process - b.data));
    ledger->writer = 0;
    end_child(root);
    cr_expect(tree_begin_writing(false) && ledger->writer == (uint32_t)((char *)ledger_process - b.data));
}

Test(tree_turns, summary_is_written_by_one_at_a_time)
{
    pid_t child = start_child();
    struct ledger_process *record = add_process(child);
    ledger->writer = (uint32_t)((char *)record - b.data);
    cr_expect(!tree_begin_writing(true) && ledger->writer == (uint32_t)((char *)record - b.data));
    end_child(child);
    cr_expect(tree_begin_writing(true) && ledger->writer == LEDGER_PAGE + sizeof(struct ledger_block), "its writer is dead");
    cr_expect(tree_begin_writing(true), "again, at a later end");
}

Test(tree_turns, summary_is_written_again_where_somebody_ended_meanwhile)
{
    cr_assert(tree_begin_writing(false));
    ledger->ended++;
    cr_expect(!tree_end_writing() && ledger->writer && !noted->removed);
    cr_expect(tree_end_writing() && !ledger->writer && noted->removed == 1);
}

Test(tree_turns, ledger_goes_with_the_last)
{
    pid_t child = start_child();
    add_process(child);
    cr_expect(tree_begin_writing(false) && tree_end_writing() && !noted->removed);
    end_child(child);
    ledger_process->end_reason = LEDGER_END_EXEC;
    cr_expect(tree_begin_writing(false) && tree_end_writing() && !noted->removed, "the next image needs it");
    ledger_process->end_reason = LEDGER_END_EXIT;
    cr_expect(tree_begin_writing(false) && tree_end_writing() && noted->removed == 1);
}

Test(tree_turns, of_one_process_writes_at_every_end_and_removes_its_ledger)
{
    ledger->scope = LEDGER_SCOPE_PROCESS;
    ledger->lock = ledger->writer = 5;
    cr_expect(tree_begin_writing(false) && ledger->writer == 5);
    cr_expect(tree_end_writing() && noted->removed == 1 && ledger->lock == 5);
}
