/* The other processes of a tree, or ranks of a node. Their ledgers are walked once, and what was appended since at each look;
 * processes that are settled leave the list, so that a look costs what the living cost. The ledger of a tree is one for all. Of
 * a node's each rank has a part, in extents (ledger_node.h): of what is looked at here no record lies in two. */
#include "others.h"
#include "config.h"
#include "leave.h"
#include "ledger_alive.h"
#include "ledger_check.h"
#include "ledger_file.h"
#include "ledger_node_file.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "message.h"
#include "pages.h"
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A ledger that others write. */
struct home {
    const struct node_slot *slot; /* NULL: it is this process's own */
    size_t walked;                /* so much was looked at */
};

/* One block of grants, or (grants == NULL) the process itself. */
struct other {
    const struct home *home;
    struct ledger_process *process;
    struct ledger_block *grants;
    size_t at; /* of the block, in its ledger */
};

static struct other *list;
static size_t count, room;
static struct home own = {.walked = LEDGER_PAGE};
static struct home *homes; /* of the node's other ranks */
static uint32_t home_count, home_room;
static wide settled; /* of those that left the list */

void others_forget(void)
{
    count = 0;
    own.walked = LEDGER_PAGE;
    pages_free(homes, home_room * sizeof *homes);
    homes = NULL;
    home_count = home_room = 0;
    settled = 0;
}

bool others_join(void)
{
    home_room = ledger_node ? ledger_node->slots : 0;
    homes = home_room ? pages_get(home_room * sizeof *homes) : NULL;
    for (uint32_t i = 0; homes && i < home_room; i++)
        if (node_slot_of(ledger_node, i) != ledger_node_own())
            homes[home_count++] = (struct home){node_slot_of(ledger_node, i), LEDGER_PAGE};
    return homes;
}

bool others_are_there(void)
{
    return ledger->scope == LEDGER_SCOPE_TREE || homes;
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

/* ---- places in a ledger; each is writable by other processes, so nothing outside it is touched, whatever it says ---- */

/* Without these grants no budget can be kept. */
static _Noreturn void fail_closed(void)
{
    message_line("flopshim: no address space for what other ranks use of the budget, which could not be kept", NULL);
    leave_now(config.exit_code);
}

static void *place(const struct home *home, size_t at)
{
    size_t bytes = 1;
    if (!home->slot)
        return (char *)ledger + at;
    char *found = ledger_node_at(ledger_node_place(home->slot, at, &bytes));
    if (!found)
        fail_closed();
    return found;
}

static size_t size_of(const struct home *home)
{
    if (!home->slot)
        return ledger->size_bytes;
    if (!__atomic_load_n(&home->slot->count, __ATOMIC_ACQUIRE))
        return 0;
    const struct ledger_header *header = place(home, 0);
    size_t size = __atomic_load_n(&header->size_bytes, __ATOMIC_ACQUIRE), most = ledger_node_bytes(home->slot);
    return size < most ? size : most;
}

static bool is_record(const struct home *home, uint32_t offset, size_t size)
{
    size_t first = home->slot ? home->slot->extents[0].bytes : size;
    return offset >= LEDGER_PAGE && offset % 64 == 0 && offset + sizeof(struct ledger_process) <= (size < first ? size : first);
}

static bool is_inside(const struct ledger_block *b, size_t at, size_t size)
{
    return at + sizeof *b + (size_t)b->capacity * sizeof(struct ledger_grant) <= size && b->count <= b->capacity;
}

static bool add(const struct home *home, struct ledger_block *b, size_t at, size_t size)
{
    bool wanted = (b->kind == LEDGER_PROCESSES || (b->kind == LEDGER_GRANTS && is_inside(b, at, size))) &&
                  is_record(home, b->process, size);
    struct ledger_process *p = wanted ? place(home, b->process) : NULL;
    if (!wanted || p == ledger_process)
        return true;
    if (count == room && !make_room())
        return false;
    list[count++] = (struct other){home, p, b->kind == LEDGER_GRANTS ? b : NULL, at};
    return true;
}

static void walk_home(struct home *home)
{
    size_t size = size_of(home);
    while (home->walked < size && size - home->walked >= sizeof(struct ledger_block)) {
        struct ledger_block *b = place(home, home->walked);
        if (!add(home, b, home->walked, size))
            return;
        home->walked += block_bytes(b);
    }
}

static void walk(void)
{
    if (ledger->scope == LEDGER_SCOPE_TREE)
        walk_home(&own);
    for (uint32_t i = 0; i < home_count; i++)
        walk_home(&homes[i]);
}

static bool is_settled(const struct ledger_process *p)
{
    return p->settled_again == ~p->settled_flops;
}

void others_look(void)
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

static struct ledger_grant *grant_of(const struct other *other, uint32_t j)
{
    return place(other->home, other->at + sizeof *other->grants + j * sizeof(struct ledger_grant));
}

static uint32_t grants_in(const struct other *other)
{
    return other->grants ? other->grants->count : 0;
}

wide others_taken(bool allowed)
{
    others_look();
    wide sum = settled;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++)
            sum = wide_sum(sum, ledger_grant_sum(grant_of(&list[i], j), allowed));
    return sum;
}

uint64_t others_threads(void)
{
    uint64_t threads = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++)
            threads += grant_of(&list[i], j)->tid != 0;
    return threads;
}

wide others_each(void (*visit)(struct ledger_grant *))
{
    wide sum = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < grants_in(&list[i]); j++) {
            struct ledger_grant *g = grant_of(&list[i], j);
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
            struct ledger_grant *g = grant_of(&list[i], j);
            for (unsigned tries = 1;
                 __atomic_load_n(&g->recalled, __ATOMIC_RELAXED) && __atomic_load_n(&g->inside, __ATOMIC_ACQUIRE); tries++) {
                if (tries % 256 == 0 && !owner_lives(list[i].process, g))
                    break;
                sched_yield();
            }
        }
    errno = saved;
}

static void settle(const struct home *home, struct ledger_process *process)
{
    struct ledger_counts counts;
    size_t size = size_of(home);
    wide sum = 0;
    if (is_settled(process))
        return;
    for (size_t at = LEDGER_PAGE; at < size && size - at >= sizeof(struct ledger_block);) {
        const struct ledger_block *b = place(home, at);
        bool is_its = b->kind == LEDGER_TALLIES && is_inside(b, at, size) && is_record(home, b->process, size) &&
                      place(home, b->process) == process;
        for (uint32_t j = 0; is_its && j < b->count; j++) {
            ledger_tally_read(place(home, at + sizeof *b + j * sizeof(struct ledger_tally)), &counts);
            sum += counts.flops;
        }
        at += block_bytes(b);
    }
    process->settled_flops = sum;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    process->settled_again = ~sum;
}

void others_settle(struct ledger_process *process)
{
    settle(&own, process);
}

bool others_settle_dead(void)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        if (!list[i].grants && !ledger_process_lives(ledger, list[i].process)) {
            settle(list[i].home, list[i].process);
            any = true;
        }
    return any;
}
