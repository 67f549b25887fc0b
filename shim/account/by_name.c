/* Every context asks at its beginning and at its end what was called under its name. A walk of all tallies would make 10^5
 * contexts quadratic, so from the first question on each tally is kept in a table, once for each name that covers it. The
 * table is private memory from mmap, 16 bytes an entry; without memory for it, the walk answers. */
#include "by_name.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "pages.h"
#include <string.h>

struct entry {
    struct ledger_tally *tally;
    uint32_t next;   /* index of the next entry in the bucket, or 0 */
    uint32_t length; /* of the covering name: the first bytes of the tally's namespace */
};

/* Entry 0 is unused. As many buckets as entries, behind them in the same memory. */
static struct entry *entries;
static uint32_t *buckets;
static uint32_t room, used;
static bool given_up;

static size_t bytes_for(uint32_t entries_wanted)
{
    return entries_wanted * (sizeof *entries + sizeof *buckets);
}

bool name_covers(const char *name, const char *namespace_)
{
    size_t length = strlen(name);
    return !strncmp(namespace_, name, length) && (!namespace_[length] || namespace_[length] == '.');
}

static uint32_t hash_of(const char *text, uint32_t length)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h ^ h >> 15;
}

static void link_entry(uint32_t i)
{
    uint32_t *bucket = &buckets[hash_of(ledger_text(entries[i].tally->namespace_), entries[i].length) & (room - 1)];
    entries[i].next = *bucket;
    *bucket = i;
}

static bool make_room(void)
{
    uint32_t more = room ? room * 2 : 1024;
    if (used < room)
        return true;
    struct entry *fresh = pages_get(bytes_for(more));
    if (!fresh)
        return false;
    if (entries) {
        memcpy(fresh, entries, used * sizeof *entries);
        pages_free(entries, bytes_for(room));
    }
    entries = fresh;
    buckets = (uint32_t *)(fresh + more);
    room = more;
    used = used ? used : 1;
    for (uint32_t i = 1; i < used; i++)
        link_entry(i);
    return true;
}

static void add_entry(struct ledger_tally *tally, uint32_t length)
{
    if (!make_room()) {
        by_name_forget();
        given_up = true;
        return;
    }
    entries[used] = (struct entry){.tally = tally, .length = length};
    link_entry(used++);
}

static void add(struct ledger_tally *tally)
{
    const char *name = ledger_text(tally->namespace_);
    for (uint32_t i = 0; !given_up; i++) {
        if (!name[i] || name[i] == '.')
            add_entry(tally, i);
        if (!name[i])
            return;
    }
}

void by_name_add(struct ledger_tally *tally)
{
    if (entries)
        add(tally);
}

/* Every tally of this process to a function. */
static uint64_t each_tally(uint64_t (*visit)(struct ledger_tally *, const char *), const char *name)
{
    uint64_t sum = 0;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = ledger_process};
    const void *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL)
        sum += visit((struct ledger_tally *)(uintptr_t)tally, name);
    return sum;
}

static uint64_t remember(struct ledger_tally *tally, const char *name)
{
    (void)name;
    add(tally);
    return 0;
}

static uint64_t calls_if_covered(struct ledger_tally *tally, const char *name)
{
    struct ledger_counts counts;
    if (tally->accuracy & LEDGER_FORGOTTEN || !name_covers(name, ledger_text(tally->namespace_)))
        return 0;
    ledger_tally_read(tally, &counts);
    return counts.calls;
}

uint64_t by_name_calls(const char *name)
{
    uint64_t calls = 0;
    uint32_t length = (uint32_t)strlen(name);
    if (!entries && !given_up && make_room())
        each_tally(remember, NULL);
    if (!entries)
        return each_tally(calls_if_covered, name);
    for (uint32_t i = buckets[hash_of(name, length) & (room - 1)]; i; i = entries[i].next)
        if (entries[i].length == length)
            calls += calls_if_covered(entries[i].tally, name);
    return calls;
}

void by_name_forget(void)
{
    if (entries)
        pages_free(entries, bytes_for(room));
    entries = NULL;
    buckets = NULL;
    room = used = 0;
    given_up = false;
}
