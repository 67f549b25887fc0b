/* Checks a ledger. The file may come from anybody and may be damaged, so nothing in it is believed before: sizes, kinds,
 * counts, seals, that every string offset lies in a block of strings, and that the numbers of every tally prove each other.
 *
 * Writers store a record, then the block's count, then its seal. A seal that covers all records but the last is what a kill
 * between the last two leaves behind: doubtful. Any other mismatch is damage. */
#include "ledger_check.h"
#include "ledger_read.h"
#include "ledger_seal.h"
#include "ledger_self.h"
#include "pages.h"
#include <string.h>

#define READ_AGAIN 64 /* what a living owner is just changing */
#define GROWN_AGAIN 5
#define FEW_PLACES 64 /* of one process: no mapping for them */

/* Offsets in ascending order, so that 10^6 of them are looked up in 10^6 log steps. */
struct places {
    uint32_t *string_begin; /* of each block of strings, its first byte */
    uint32_t *string_end;
    uint32_t *processes; /* the process records */
    size_t string_blocks;
    size_t process_count;
    size_t room;   /* in each of the three */
    uint32_t lost; /* strings from here on were in memory only, where the file could not grow; read as "" */
};

const char *ledger_problem_text(enum ledger_problem problem)
{
#define AS_TEXT(name, text) text,
    static const char *const texts[] = {LEDGER_PROBLEMS(AS_TEXT)};
#undef AS_TEXT
    return texts[problem];
}

/* ---- checking the frame: header, size, chain of blocks ---- */

static bool ends_in_zero(const char *text, size_t size)
{
    return !text[size - 1];
}

static enum ledger_problem check_header(const struct ledger_header *header, size_t available)
{
    if (available < LEDGER_PAGE)
        return LEDGER_TOO_SHORT;
    if (memcmp(header->magic, LEDGER_MAGIC, sizeof header->magic) != 0)
        return LEDGER_NO_LEDGER;
    if (header->format != LEDGER_FORMAT)
        return LEDGER_OTHER_FORMAT;
    bool terminated = ends_in_zero(header->boot_id, sizeof header->boot_id) &&
                      ends_in_zero(header->version, sizeof header->version) &&
                      ends_in_zero(header->cost_model, sizeof header->cost_model) &&
                      ends_in_zero(header->host, sizeof header->host) && ends_in_zero(header->folder, sizeof header->folder) &&
                      ends_in_zero(header->output, sizeof header->output);
    bool in_range = header->convention <= 1 && header->scope <= LEDGER_SCOPE_TREE && header->detail < 2 * LEDGER_DETAIL_CALLS;
    return header->seal == ledger_seal_header(header) && terminated && in_range ? LEDGER_SOUND : LEDGER_BAD_HEADER;
}

/* Walk the chain up to view->size_bytes and count what there is to be looked up. */
static enum ledger_problem check_chain(const struct ledger_view *view, size_t *places)
{
    size_t offset = LEDGER_PAGE;
    *places = 0;
    while (offset < view->size_bytes) {
        const struct ledger_block *block = block_at(view, offset);
        if (!block)
            return LEDGER_BLOCK_OUTSIDE;
        size_t record_bytes = record_size(block->kind);
        if (!record_bytes || block->record_bytes != record_bytes || load_count(block) > block->capacity ||
            (block->kind == LEDGER_PROCESSES && block->capacity != 1))
            return LEDGER_BAD_BLOCK;
        if (block->capacity > (view->size_bytes - offset - sizeof *block) / record_bytes)
            return LEDGER_BLOCK_OUTSIDE;
        *places += block->kind == LEDGER_STRINGS || block->kind == LEDGER_PROCESSES;
        offset += block_bytes(block);
    }
    return offset == view->size_bytes ? LEDGER_SOUND : LEDGER_BLOCK_OUTSIDE;
}

/* A block behind the end that nobody has added to is what a kill while appending leaves behind. */
static enum ledger_problem check_behind(const struct ledger_view *view, size_t available)
{
    struct ledger_view all = {.header = view->header, .size_bytes = available};
    const struct ledger_block *behind = block_at(&all, view->size_bytes);
    return behind && behind->kind && load_count(behind) ? LEDGER_BAD_SIZE : LEDGER_SOUND;
}

static enum ledger_problem try_size(struct ledger_view *view, uint64_t size_bytes, size_t available, size_t *places)
{
    view->size_bytes = 0;
    if (size_bytes > available)
        return LEDGER_CUT_OFF;
    if (size_bytes < LEDGER_PAGE || size_bytes > UINT32_MAX)
        return LEDGER_BAD_SIZE;
    view->size_bytes = (size_t)size_bytes;
    enum ledger_problem problem = check_chain(view, places);
    return problem == LEDGER_SOUND ? check_behind(view, available) : problem;
}

/* The two sizes differ where a process was killed between storing them, and where one is damaged: then the larger that all
 * blocks fit into exactly. */
static enum ledger_problem check_size(struct ledger_view *view, size_t available, size_t *places)
{
    uint64_t named, again;
    int attempts = READ_AGAIN;
    do {
        named = load(&view->header->size_bytes);
        again = ~load(&view->header->size_again);
    } while (named != again && --attempts);
    if (named == again)
        return try_size(view, named, available, places);
    view->doubtful = true;
    uint64_t larger = named > again ? named : again;
    uint64_t smaller = named > again ? again : named;
    if (try_size(view, larger, available, places) == LEDGER_SOUND || try_size(view, smaller, available, places) == LEDGER_SOUND)
        return LEDGER_SOUND;
    return LEDGER_BAD_SIZE;
}

/* ---- checking seals ---- */

/* The seals of all records and of all but the last one (of strings: the last string). */
static void seal_of(const struct ledger_block *block, uint32_t count, uint64_t *all, uint64_t *but_last)
{
    const char *record = (const char *)(block + 1);
    uint64_t sum = ledger_seal_block(block);
    *but_last = sum;
    for (uint32_t i = 0; i < count; i++, record += block->record_bytes) {
        if (!i || block->kind != LEDGER_STRINGS || !record[-1])
            *but_last = sum;
        sum = ledger_seal_record(sum, block->kind, record);
    }
    *all = sum;
}

static enum ledger_problem check_seal(struct ledger_view *view, const struct ledger_block *block)
{
    uint64_t seal, all, but_last;
    uint32_t count;
    int attempts = READ_AGAIN;
    do {
        seal = load(&block->seal);
        count = load_count(block);
        if (count > block->capacity)
            return LEDGER_BAD_BLOCK;
        seal_of(block, count, &all, &but_last);
    } while (seal != all && --attempts && (seal != load(&block->seal) || count != load_count(block)));
    if (seal == all)
        return LEDGER_SOUND;
    view->doubtful = true;
    return count && seal == but_last ? LEDGER_SOUND : LEDGER_BAD_SEAL;
}

/* ---- checking records ---- */

/* How many of `sorted` are not above `offset`. */
static size_t rank_of(const uint32_t *sorted, size_t count, uint32_t offset)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_string(const struct places *places, uint32_t offset)
{
    size_t rank = rank_of(places->string_begin, places->string_blocks, offset);
    return !offset || offset >= places->lost || (rank && offset < places->string_end[rank - 1]);
}

static bool is_process(const struct places *places, uint32_t offset)
{
    size_t rank = rank_of(places->processes, places->process_count, offset);
    return rank && places->processes[rank - 1] == offset;
}

static enum ledger_problem check_process(struct ledger_view *view, const struct ledger_process *p, const struct places *places)
{
    if (p->seal != ledger_seal_process(p) || !ends_in_zero(p->program, sizeof p->program) ||
        !ends_in_zero(p->arguments, sizeof p->arguments))
        return LEDGER_BAD_PROCESS;
    int attempts = READ_AGAIN;
    while (load(&p->state_seal) != ledger_seal_state(p) && --attempts)
        ;
    view->doubtful |= !attempts;
    if (!ends_in_zero(p->multiplier, sizeof p->multiplier) || !multiplier_is_sound(p->multiplier) ||
        !ends_in_zero(p->weights, sizeof p->weights) || !ends_in_zero(p->job, sizeof p->job) || p->rank < LEDGER_NO_RANK ||
        p->rank > INT32_MAX || p->end_reason > LEDGER_END_EXHAUSTED || p->incomplete >= 2 * LEDGER_UNCLOSED)
        return LEDGER_BAD_RECORD;
    bool named = is_string(places, p->refused_name) && is_string(places, p->refused_namespace);
    return named && is_string(places, p->uncovered) ? LEDGER_SOUND : LEDGER_BAD_OFFSET;
}

static enum ledger_problem check_tallies(struct ledger_view *view, const struct ledger_block *block, uint32_t count,
                                         const struct places *places)
{
    const struct ledger_tally *tally = (const struct ledger_tally *)(block + 1);
    for (; count; count--, tally++) {
        struct ledger_counts counts;
        uint32_t forgotten = tally->accuracy & ~UINT32_C(0xff);
        if ((tally->accuracy & 0xff) > 2 || (forgotten && forgotten != LEDGER_FORGOTTEN))
            return LEDGER_BAD_RECORD;
        if (!is_string(places, tally->namespace_) || !is_string(places, tally->operation))
            return LEDGER_BAD_OFFSET;
        if (!ledger_tally_read(tally, &counts))
            view->doubtful = true; /* its owner was stopped between two stores, or it is damaged */
    }
    return LEDGER_SOUND;
}

static bool are_strings(const struct places *places, const struct ledger_shape *caller)
{
    static const enum ledger_caller strings[] = {LEDGER_CALLER_OBJECT, LEDGER_CALLER_BUILD, LEDGER_CALLER_FILE,
                                                 LEDGER_CALLER_FUNCTION};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        int64_t value = caller->values[strings[i]];
        if (value < 0 || value > UINT32_MAX || !is_string(places, (uint32_t)value))
            return false;
    }
    return true;
}

/* Which tally a shape is of its reader finds out (summary_shapes.c); one that is being changed is none. */
static enum ledger_problem check_shapes(struct ledger_view *view, const struct ledger_block *block, uint32_t count,
                                        const struct places *places)
{
    const struct ledger_shape *shape = (const struct ledger_shape *)(block + 1);
    for (; count; count--, shape++) {
        struct ledger_shape copy;
        struct ledger_counts counts;
        enum ledger_shape_state state = ledger_shape_read(shape, &copy, &counts);
        bool named = block->kind == LEDGER_SHAPES ? is_string(places, copy.names) : are_strings(places, &copy);
        if (state >= LEDGER_SHAPE_DOUBTFUL && !named)
            return LEDGER_BAD_OFFSET;
        view->doubtful |= state == LEDGER_SHAPE_DOUBTFUL || state == LEDGER_SHAPE_DAMAGED;
    }
    return LEDGER_SOUND;
}

static bool is_time_sound(const struct ledger_grant *g)
{
    return ledger_time_is_sound(g->since_ns) && ledger_time_is_sound(g->lived_ns) &&
           (!g->had_main || g->had_main == LEDGER_HAD_MAIN);
}

static void check_grants(struct ledger_view *view, const struct ledger_block *block, uint32_t count)
{
    const struct ledger_grant *g = (const struct ledger_grant *)(block + 1);
    for (; count; count--, g++)
        view->doubtful |= !is_time_sound(g);
}

static enum ledger_problem check_accounts(struct ledger_view *view, const struct ledger_block *block, uint32_t count,
                                          const struct places *places)
{
    const struct ledger_account *account = (const struct ledger_account *)(block + 1);
    for (; count; count--, account++) {
        if (account->open > 1 || (account->forgotten && account->forgotten != LEDGER_FORGOTTEN))
            return LEDGER_BAD_RECORD;
        if (!is_string(places, account->namespace_))
            return LEDGER_BAD_OFFSET;
        view->doubtful |= !ledger_time_is_sound(account->closed_ns);
    }
    return LEDGER_SOUND;
}

static enum ledger_problem check_providers(const struct ledger_block *block, uint32_t count, const struct places *places)
{
    const struct ledger_provider *provider = (const struct ledger_provider *)(block + 1);
    for (; count; count--, provider++)
        if (!is_string(places, provider->path) || !is_string(places, provider->name) || !is_string(places, provider->version))
            return LEDGER_BAD_OFFSET;
    return LEDGER_SOUND;
}

static enum ledger_problem check_records(struct ledger_view *view, const struct ledger_block *block,
                                         const struct places *places)
{
    uint32_t count = load_count(block);
    switch (block->kind) {
    case LEDGER_STRINGS: return count && ((const char *)(block + 1))[count - 1] ? LEDGER_BAD_STRINGS : LEDGER_SOUND;
    case LEDGER_ACCOUNTS: return check_accounts(view, block, count, places);
    case LEDGER_GRANTS: check_grants(view, block, count); return LEDGER_SOUND;
    case LEDGER_TALLIES: return check_tallies(view, block, count, places);
    case LEDGER_SHAPES:
    case LEDGER_CALLERS: return check_shapes(view, block, count, places);
    case LEDGER_PROVIDERS: return check_providers(block, count, places);
    case LEDGER_PROCESSES:
        return count ? check_process(view, (const struct ledger_process *)(block + 1), places) : LEDGER_SOUND;
    default: return LEDGER_SOUND;
    }
}

static void find_places(const struct ledger_view *view, struct places *places)
{
    for (const struct ledger_block *block = NULL; (block = ledger_next(view, block)) != NULL;) {
        uint32_t begin = (uint32_t)offset_of(view, block + 1);
        uint32_t count = load_count(block);
        if (block->kind == LEDGER_STRINGS && places->string_blocks < places->room) {
            places->string_begin[places->string_blocks] = begin;
            places->string_end[places->string_blocks++] = begin + count;
        } else if (block->kind == LEDGER_PROCESSES && count && places->process_count < places->room) {
            places->processes[places->process_count++] = begin;
            if (((const struct ledger_process *)(block + 1))->incomplete & LEDGER_NO_SPACE)
                places->lost = (uint32_t)view->size_bytes;
        }
    }
}

static enum ledger_problem check_blocks(struct ledger_view *view, const struct places *places)
{
    for (const struct ledger_block *block = NULL; (block = ledger_next(view, block)) != NULL;) {
        bool own = block->kind == LEDGER_PROCESSES && block->process == offset_of(view, block + 1);
        if (!own && (block->kind == LEDGER_PROCESSES || !is_process(places, block->process)))
            return LEDGER_NO_PROCESS;
        enum ledger_problem problem = check_seal(view, block);
        if (problem == LEDGER_SOUND)
            problem = check_records(view, block, places);
        if (problem != LEDGER_SOUND)
            return problem;
    }
    return LEDGER_SOUND;
}

static enum ledger_problem check(struct ledger_view *view, size_t available)
{
    struct places places = {.lost = UINT32_MAX};
    enum ledger_problem problem = check_header(view->header, available);
    if (problem == LEDGER_SOUND)
        problem = check_size(view, available, &places.room);
    if (problem != LEDGER_SOUND)
        return problem;
    uint32_t few[3 * FEW_PLACES];
    size_t bytes = 3 * (places.room + 1) * sizeof(uint32_t);
    places.string_begin = bytes <= sizeof few ? few : pages_get(bytes);
    if (!places.string_begin)
        return LEDGER_NO_MEMORY;
    places.string_end = places.string_begin + places.room + 1;
    places.processes = places.string_end + places.room + 1;
    find_places(view, &places);
    problem = check_blocks(view, &places);
    if (places.string_begin != few)
        pages_free(places.string_begin, bytes);
    return problem;
}

int ledger_check(const void *base, size_t size_bytes, struct ledger_view *view, const char **why)
{
    enum ledger_problem problem;
    int attempts = GROWN_AGAIN;
    do { /* again where it grew meanwhile */
        *view = (struct ledger_view){.header = base};
        problem = check(view, size_bytes);
    } while (problem != LEDGER_SOUND && view->size_bytes && load(&view->header->size_bytes) != view->size_bytes && --attempts);
    if (problem == LEDGER_SOUND)
        return 0;
    *why = ledger_problem_text(problem);
    return -(int)problem - 1;
}
