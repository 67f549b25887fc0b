/* The other processes of a tree. The ledger is walked once, and what was appended since at each look; processes that are
 * settled leave the list, so that a look costs what the living cost. */
#include "others.h"
#include "ledger_alive.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "pages.h"
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One block of grants, or (grants == NULL) the process itself. */
struct other {
    struct ledger_process *process;
    struct ledger_block *grants;
};

static struct other *list;
static size_t count, room;
static const struct ledger_block *walked; /* the last block that was looked at */
static wide settled;                      /* of those that left the list */

void others_forget(void)
{
    count = 0;
    walked = NULL;
    settled = 0;
}

static bool make_room(void)
{
    size_t more = room ? room * 2 : 4096 / sizeof *list;
    struct other *larger = pages_get(more * sizeof *list);
    if (!larger)
        return false;
    if (list) {
        memcpy(larger, list, count * sizeof *list);
        pages_free(list, room * sizeof *list);
    }
    list = larger;
    room = more;
    return true;
}

/* The ledger is writable by every process of the tree: nothing outside it is touched, whatever it says. */
static bool is_record(uint32_t offset)
{
    return offset >= LEDGER_PAGE && offset % 64 == 0 && offset + sizeof(struct ledger_process) <= ledger->size_bytes;
}

static bool is_inside(const struct ledger_block *b, size_t size)
{
    size_t at = (size_t)((const char *)b - (const char *)ledger);
    return at + sizeof *b + (size_t)b->capacity * sizeof(struct ledger_grant) <= size && b->count <= b->capacity;
}

static void walk(void)
{
    struct ledger_view view = ledger_view();
    if (ledger->scope != LEDGER_SCOPE_TREE)
        return;
    for (const struct ledger_block *b = walked; (b = ledger_next(&view, b));) {
        bool wanted = (b->kind == LEDGER_PROCESSES || (b->kind == LEDGER_GRANTS && is_inside(b, view.size_bytes))) &&
                      is_record(b->process);
        struct ledger_process *p = (struct ledger_process *)((char *)ledger + b->process);
        if (wanted && p != ledger_process) {
            if (count == room && !make_room())
                return;
            list[count++] = (struct other){p, b->kind == LEDGER_GRANTS ? (struct ledger_block *)(uintptr_t)b : NULL};
        }
        walked = b;
    }
}

static bool is_settled(const struct ledger_process *p)
{
    return p->settled_again == ~p->settled_flops;
}

/* The list is brought up to date. */
static void look(void)
{
    size_t kept = 0;
    walk();
    for (size_t i = 0; i < count; i++)
        if (!is_settled(list[i].process))
            list[kept++] = list[i];
        else if (!list[i].grants)
            settled += list[i].process->settled_flops;
    count = kept;
}

static struct ledger_grant *grants_of(const struct other *other)
{
    return (struct ledger_grant *)(other->grants + 1);
}

static uint32_t grants_in(const struct other *other)
{
    return other->grants ? other->grants->count : 0;
}

wide others_taken(bool allowed)
{
    look();
    wide sum = settled;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++)
            sum = wide_sum(sum, ledger_grant_sum(grants_of(&list[i]) + j, allowed));
    return sum;
}

uint64_t others_threads(void)
{
    uint64_t threads = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++)
            threads += grants_of(&list[i])[j].tid != 0;
    return threads;
}

wide others_each(void (*visit)(struct ledger_grant *))
{
    wide sum = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++) {
            struct ledger_grant *g = grants_of(&list[i]) + j;
            uint64_t unused = ledger_grant_unused(g);
            sum += unused;
            if (visit && (unused || __atomic_load_n(&g->recalled, __ATOMIC_RELAXED)))
                visit(g);
        }
    return sum;
}

static bool owner_lives(const struct ledger_process *p, const struct ledger_grant *g)
{
    return ledger_process_lives(ledger, p) && (!syscall(SYS_tgkill, p->pid, g->tid, 0) || errno == EPERM);
}

void others_wait(void)
{
    int saved = errno;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++) {
            struct ledger_grant *g = grants_of(&list[i]) + j;
            for (unsigned tries = 1;
                 __atomic_load_n(&g->recalled, __ATOMIC_RELAXED) && __atomic_load_n(&g->inside, __ATOMIC_ACQUIRE); tries++) {
                if (tries % 256 == 0 && !owner_lives(list[i].process, g))
                    break;
                sched_yield();
            }
        }
    errno = saved;
}

void others_settle(struct ledger_process *process)
{
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = process};
    const struct ledger_tally *tally;
    struct ledger_counts counts;
    wide sum = 0;
    if (is_settled(process))
        return;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        ledger_tally_read(tally, &counts);
        sum += counts.flops;
    }
    process->settled_flops = sum;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    process->settled_again = ~sum;
}

bool others_settle_dead(void)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        if (!list[i].grants && !ledger_process_lives(ledger, list[i].process)) {
            others_settle(list[i].process);
            any = true;
        }
    return any;
}
