/* Ledgers that were damaged, cut off, or left behind in the middle of a change: never believed, and never read beyond. */
#include "json.h"
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include "summary.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Two processes, of which the second one was killed; something of every kind. */
static void build_example(struct ledger_build *b, uint32_t scope)
{
    build_start(b, 1 << 16, 192);
    build_header(b)->scope = scope;
    size_t accounts = build_block(b, LEDGER_ACCOUNTS, 128, 3);
    build_account(b, accounts, 10000, "", false, 0);
    build_account(b, accounts, 500, "forward", true, 20);
    size_t tallies = build_block(b, LEDGER_TALLIES, 64, 4);
    build_timed(build_nested(build_tally(b, tallies, "forward", "dgemv", 1, 30, 2), 4), 1500, 30);
    build_tally(b, tallies, "", "dsyev", 2, 900, 3)->accuracy = COST_ESTIMATE;
    build_tally(b, tallies, "", "daxpy", 3, 17, 1)->accuracy |= LEDGER_FORGOTTEN;
    build_header(b)->detail = LEDGER_DETAIL_SHAPES;
    struct ledger_tally *solve = build_tally(b, build_block(b, LEDGER_TALLIES, 64, 1), "", "dtrsm", 9, 900, 5);
    size_t shapes = build_block(b, LEDGER_SHAPES, 128, 3);
    build_dims(build_shape(b, shapes, solve, "m|side", 2, 100), -3, 'L', 1, 90);
    build_record(b, shapes);
    build_shape(b, shapes, solve, "", 0, 0);
    struct ledger_provider *provider = build_record(b, build_block(b, LEDGER_PROVIDERS, 64, 1));
    provider->path = build_string(b, "/lib/libblas.so.3");
    provider->integer_bits = 32;
    struct ledger_process *root = build_process(b);
    root->refused_calls = 3;
    root->refused_cost = 2000;
    root->refused_name = build_string(b, "zgesv");
    root->uncovered = build_string(b, "static:/opt/app");
    struct ledger_process *child = build_add_process(b, 4243, "child");
    child->end_reason = LEDGER_END_UNKNOWN;
    child->end_monotonic_ns = 0;
    build_record(b, build_block(b, LEDGER_GRANTS, 64, 2));
    b->strings = build_block(b, LEDGER_STRINGS, 1, 64);
    build_tally(b, build_block(b, LEDGER_TALLIES, 64, 2), "", "dgemm", 7, 1 << 30, 4);
    build_seal(b);
}

/* The summary as JSON, or an empty buffer where the ledger is refused or doubted; one that is doubted is made only if asked
 * for, for it takes fifty times as long as the check. */
static struct out render(const char *data, size_t size, bool doubted_too)
{
    struct ledger_view view;
    struct summary s;
    struct out out = {0};
    const char *why = NULL;
    if (ledger_check(data, size, &view, &why) < 0) {
        cr_assert(why && *why);
        return out;
    }
    if (view.doubtful && !doubted_too)
        return out;
    cr_assert(summary_from_ledger(&view, NULL, &s) == 0);
    cr_assert(view.doubtful == !!(s.incomplete & LEDGER_DOUBTFUL) && (!view.doubtful || !s.complete));
    summary_json(&s, &out);
    summary_free(&s);
    if (view.doubtful)
        out_free(&out);
    return out;
}

/* Right before a page that nobody may touch, so that reading behind the end is seen without a sanitizer too. */
static char *guarded_copy(const char *data, size_t size, size_t *mapped)
{
    size_t pages = (size + 4095) / 4096 * 4096;
    char *base = mmap(NULL, pages + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(base + pages, 4096, PROT_NONE);
    *mapped = pages + 4096;
    return memcpy(base + (pages - size) / 8 * 8, data, size);
}

/* Names of summaries, which no reader of a ledger looks at: one bit of each byte has to be enough. */
static bool is_unread(size_t at)
{
    return at >= offsetof(struct ledger_header, outputs) && at < offsetof(struct ledger_header, members);
}

/* All 255 other values where a bit matters at all; the summary of what is doubted, for the values that differ by one bit. */
static void flip_every_byte(uint32_t scope)
{
    struct ledger_build b;
    size_t mapped;
    size_t refused = 0;
    build_example(&b, scope);
    char *data = guarded_copy(b.data, b.used, &mapped);
    struct out sound = render(data, b.used, true);
    cr_assert(sound.length);
    for (size_t at = 0; at < b.used; at++) {
        bool matters = false;
        for (unsigned i = is_unread(at) ? 7 : 0; i < 8 + 255 && (i < 8 || matters); i++) {
            unsigned flip = i < 8 ? 1u << i : i - 7;
            data[at] = (char)(data[at] ^ (char)flip);
            struct out out = render(data, b.used, i < 8);
            data[at] = (char)(data[at] ^ (char)flip);
            matters |= !out.length;
            refused += !out.length;
            if (out.length && (out.length != sound.length || memcmp(out.data, sound.data, out.length) != 0))
                cr_assert_fail("byte %zu xor %u is believed: %.*s", at, flip, (int)out.length, out.data);
            out_free(&out);
        }
    }
    cr_expect(refused > 255 * 1000);
    out_free(&sound);
    munmap((char *)((uintptr_t)data & ~(uintptr_t)4095), mapped);
    free(b.data);
}

Test(ledger_check, no_changed_byte_is_believed_in_a_ledger_of_a_process, .timeout = 300)
{
    flip_every_byte(LEDGER_SCOPE_PROCESS);
}

Test(ledger_check, no_changed_byte_is_believed_in_a_ledger_of_a_tree, .timeout = 300)
{
    flip_every_byte(LEDGER_SCOPE_TREE);
}

Test(ledger_check, cut_off_at_any_length_is_refused, .timeout = 120)
{
    for (uint32_t scope = LEDGER_SCOPE_PROCESS; scope <= LEDGER_SCOPE_TREE; scope++) {
        struct ledger_build b;
        build_example(&b, scope);
        for (size_t size = 0; size < b.used; size++) {
            struct ledger_view view;
            size_t mapped;
            const char *why = NULL;
            char *data = guarded_copy(b.data, size, &mapped);
            cr_expect(ledger_check(data, size, &view, &why) < 0 && why);
            munmap((char *)((uintptr_t)data & ~(uintptr_t)4095), mapped);
        }
        struct out sound = render(b.data, b.used, true);
        for (size_t size = b.used; size < b.used + 200; size++) { /* set aside, not yet used */
            struct out out = render(b.data, size, true);
            cr_expect(out.length == sound.length);
            out_free(&out);
        }
        out_free(&sound);
        free(b.data);
    }
}

static void expect_check(const struct ledger_build *b, size_t size, const char *expected)
{
    struct ledger_view view;
    const char *why = "sound";
    int result = ledger_check(b->data, size, &view, &why);
    cr_expect_str_eq(result < 0 ? why : view.doubtful ? "doubtful" : "sound", expected);
}

Test(ledger_check, says_what_is_wrong)
{
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    build_header(&b)->format = 99;
    expect_check(&b, b.used, "a ledger of another format version than this flopshim reads");
    build_header(&b)->format = LEDGER_FORMAT;
    expect_check(&b, b.used - 64, "cut off: the header names more bytes than there are");
    build_header(&b)->host[0] = 'N';
    expect_check(&b, b.used, "damaged: the header does not match its seal");
    build_header(&b)->host[0] = 'n';
    build_process(&b)->program[0] = 'C';
    expect_check(&b, b.used, "damaged: a process record does not match its seal");
    build_process(&b)->program[0] = 'c';
    build_process(&b)->refused_name = 4096; /* a block's head, no string */
    expect_check(&b, b.used, "damaged: a string offset points outside the strings");
    build_process(&b)->refused_name = 0;
    memset(build_process(&b)->arguments, 'x', sizeof build_process(&b)->arguments);
    build_seal(&b);
    expect_check(&b, b.used, "damaged: a process record does not match its seal");
    free(b.data);
}

/* It is printed into the JSON summary as it is. */
Test(ledger_check, a_multiplier_that_is_no_json_number_is_refused)
{
    static const char *const bad[] = {"", "0", "1.0", ".5", "007", "nan", "-1", "1e999", "2, \"x\": 3", "0x10"};
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        strcpy(build_process(&b)->multiplier, bad[i]);
        build_seal(&b);
        expect_check(&b, b.used, "damaged: a record holds an impossible value");
    }
    memset(build_process(&b)->multiplier, '5', sizeof build_process(&b)->multiplier);
    build_seal(&b);
    expect_check(&b, b.used, "damaged: a record holds an impossible value");
    free(b.data);
}

/* Every block, of whatever kind, with a record more than its seal covers, and with two more. */
Test(ledger_check, what_was_added_last_is_doubtful_and_more_is_damage)
{
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    int kinds = 0;
    for (size_t at = LEDGER_PAGE; at < b.used;) {
        struct ledger_block *block = (struct ledger_block *)(b.data + at);
        if (block->count < block->capacity) {
            kinds |= 1 << block->kind;
            block->count++;
            expect_check(&b, b.used, "doubtful");
            block->count++;
            expect_check(&b, b.used,
                         block->count > block->capacity ? "damaged: a block of an unknown kind or size"
                                                        : "damaged: a block does not match its seal");
            block->count -= 2;
        }
        if (block->kind != LEDGER_PROCESSES) { /* one less: the last string by a byte */
            block->count--;
            expect_check(&b, b.used, "damaged: a block does not match its seal");
            block->count++;
        }
        at += (sizeof *block + (size_t)block->record_bytes * block->capacity + 63) / 64 * 64;
    }
    cr_expect(kinds == (1 << LEDGER_STRINGS | 1 << LEDGER_ACCOUNTS | 1 << LEDGER_GRANTS | 1 << LEDGER_TALLIES));
    uint32_t fresh = build_string(&b, "a string of several bytes");
    cr_expect(fresh);
    expect_check(&b, b.used, "doubtful");
    build_string(&b, "and another");
    expect_check(&b, b.used, "damaged: a block does not match its seal");
    free(b.data);
}

Test(ledger_check, a_kill_while_a_block_was_appended_loses_nothing)
{
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    size_t before = b.used;
    struct ledger_block *block = (struct ledger_block *)(b.data + build_block(&b, LEDGER_TALLIES, 64, 2));
    build_seal_block(block);
    expect_check(&b, b.used, "sound"); /* before the size was stored */
    build_header(&b)->size_bytes = b.used;
    expect_check(&b, b.used, "doubtful"); /* between the two */
    build_header(&b)->size_again = ~(uint64_t)b.used;
    expect_check(&b, b.used, "sound");
    build_tally(&b, (size_t)((char *)block - b.data), "", "dgemm", 1, 1, 1);
    build_seal(&b);
    expect_check(&b, b.used, "sound");
    build_header(&b)->size_bytes = before;
    build_header(&b)->size_again = ~(uint64_t)before;
    expect_check(&b, b.used, "damaged: its size is not what the header names");
    free(b.data);
}

Test(ledger_check, a_changed_end_of_a_process_is_doubtful)
{
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    build_process(&b)->uncounted_calls++;
    expect_check(&b, b.used, "doubtful");
    build_process(&b)->end_reason = LEDGER_END_EXHAUSTED + 1;
    expect_check(&b, b.used, "damaged: a record holds an impossible value");
    free(b.data);
}

Test(ledger_check, a_block_of_no_process_is_refused)
{
    struct ledger_build b;
    build_start(&b, 1 << 16, 64);
    struct ledger_block *strings = (struct ledger_block *)(b.data + b.strings);
    strings->process = (uint32_t)b.strings;
    build_seal(&b);
    expect_check(&b, b.used, "damaged: a block belongs to no process");
    free(b.data);
}

/* ---- tallies ---- */

static size_t count_of(struct ledger_cursor cursor)
{
    size_t count = 0;
    while (ledger_next_record(&cursor))
        count++;
    return count;
}

Test(ledger_cursor, walks_the_records_of_a_kind_of_all_processes_or_of_one)
{
    struct ledger_build b;
    build_start(&b, 1 << 14, 256);
    struct ledger_process *first = build_process(&b);
    size_t block = build_block(&b, LEDGER_TALLIES, 64, 4);
    build_tally(&b, block, "", "dgemm", 1, 2, 1);
    build_tally(&b, block, "", "dgemv", 1, 2, 1);
    build_block(&b, LEDGER_TALLIES, 64, 4);
    struct ledger_process *second = build_add_process(&b, 7, "child");
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "", "dgemm", 1, 2, 1);
    struct ledger_view view = {.header = build_header(&b), .size_bytes = b.used};
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_PROCESSES}) == 2);
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_TALLIES}) == 3);
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = first}) == 2);
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = second}) == 1);
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_TALLIES, .of_one = true}) == 0);
    cr_expect(count_of((struct ledger_cursor){.view = &view, .kind = LEDGER_GRANTS}) == 0);
    free(b.data);
}

/* Of a tree's ledger that others write to: a block may say anything of itself. */
Test(ledger_cursor, never_leaves_the_view)
{
    struct ledger_build b;
    build_start(&b, 1 << 14, 256);
    size_t at = build_block(&b, LEDGER_TALLIES, 64, 2);
    struct ledger_block *block = (struct ledger_block *)(b.data + at);
    struct ledger_view view = {.header = build_header(&b), .size_bytes = b.used};
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES};
    block->count = 9;
    cr_expect(count_of(cursor) == 2);
    block->capacity = UINT32_MAX;
    block->count = UINT32_MAX;
    cr_expect(count_of(cursor) == 2);
    block->record_bytes = 1 << 20;
    cr_expect(count_of(cursor) == 2);
    free(b.data);
}

Test(ledger_tally, numbers_prove_each_other)
{
    struct ledger_tally tally = {.flops = 100, .check = 100 + 3 * LEDGER_CALL_UNIT};
    struct ledger_counts counts;
    cr_expect(ledger_tally_read(&tally, &counts) && counts.calls == 3 && counts.flops == 100);
    build_timed(build_nested(&tally, 5), 1000, 60);
    cr_expect(ledger_tally_read(&tally, &counts) && counts.calls == 3 && counts.nested_calls == 5);
    cr_expect(counts.elapsed_ns == 1000 && counts.timed_flops == 60);
    tally.nested++;
    cr_expect(!ledger_tally_read(&tally, &counts) && counts.calls == 3 && counts.nested_calls == 5);
    tally.nested--;
    tally.flops = UINT64_MAX; /* wraps */
    tally.check = UINT64_MAX + 1060 + 2 * LEDGER_CALL_UNIT;
    cr_expect(ledger_tally_read(&tally, &counts) && counts.calls == 2);
    tally.check += ((uint64_t)1 << 44) * LEDGER_CALL_UNIT;
    cr_expect(!ledger_tally_read(&tally, &counts));
}

Test(ledger_tally, of_queries_has_no_calls_and_nothing_else)
{
    struct ledger_tally tally = {.routine = 7 | LEDGER_QUERY, .check = 3 * LEDGER_CALL_UNIT};
    struct ledger_counts counts;
    cr_expect(ledger_tally_read(&tally, &counts) && counts.queries == 3 && counts.calls == 0);
    build_nested(&tally, 1);
    cr_expect(!ledger_tally_read(&tally, &counts) && counts.queries == 3);
    tally = (struct ledger_tally){.routine = UINT32_MAX, .flops = 5, .check = 5 + 3 * LEDGER_CALL_UNIT}; /* flopshim_deduct() */
    cr_expect(ledger_tally_read(&tally, &counts) && counts.queries == 0 && counts.calls == 3);
}

Test(ledger_tally, of_a_killed_owner_is_read_as_well_as_can_be)
{
    struct ledger_tally tally = {.flops = 100 + 50, .check = 100 + 3 * LEDGER_CALL_UNIT};
    struct ledger_counts counts;
    cr_expect(!ledger_tally_read(&tally, &counts) && counts.calls == 3 && counts.flops == 150);
    tally.flops += (uint64_t)1 << 40; /* the last call alone is worth more than its check could show */
    cr_expect(!ledger_tally_read(&tally, &counts) && counts.calls == 1 && counts.flops == 150 + ((uint64_t)1 << 40));
}

Test(ledger_check, an_unsound_tally_is_doubtful)
{
    struct ledger_build b;
    build_example(&b, LEDGER_SCOPE_TREE);
    struct ledger_tally *last = (struct ledger_tally *)(b.data + b.used) - 2;
    cr_assert(last->flops == 1 << 30);
    last->flops += 12345;
    expect_check(&b, b.used, "doubtful");
    free(b.data);
}

/* ---- files ---- */

Test(ledger_check, a_string_offset_never_leaves_the_file)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    build_example(&b, LEDGER_SCOPE_PROCESS);
    cr_assert(ledger_check(b.data, b.used, &view, &why) == 0);
    cr_expect_str_eq(ledger_string(&view, 0), "");
    cr_expect_str_eq(ledger_string(&view, 7), "");
    cr_expect_str_eq(ledger_string(&view, UINT32_MAX), "");
    const struct ledger_process *root = ledger_process_of(&view, ledger_next(&view, NULL));
    cr_assert(root && root->pid == 4242);
    cr_expect_str_eq(ledger_string(&view, root->refused_name), "zgesv");
    free(b.data);
}

static int write_file(const struct ledger_build *b, char *path)
{
    strcpy(path, "/tmp/flopshim-test-XXXXXX");
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, b->data, b->used) == (ssize_t)b->used);
    cr_assert(ftruncate(fd, (off_t)b->used + 5000) == 0);
    return fd;
}

Test(ledger_load, reads_a_file_and_names_what_is_none)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    char path[64];
    build_example(&b, LEDGER_SCOPE_PROCESS);
    int fd = write_file(&b, path);
    cr_expect(ledger_load(path, &view, &why) == 0);
    cr_expect(view.size_bytes == b.used && !view.doubtful && !why);
    cr_expect(ftruncate(fd, 100) == 0 && ledger_load(path, &view, &why) == -1);
    cr_expect_str_eq(why, "too short for a ledger");
    cr_expect(ledger_load("/tmp", &view, &why) == -1);
    cr_expect_str_eq(why, "not a flopshim ledger");
    unlink(path);
    cr_expect(ledger_load(path, &view, &why) == -1 && !why);
    close(fd);
    free(b.data);
}

static struct ledger_tally *busy;
static int stop;

static void *add_calls(void *unused)
{
    uint64_t flops = busy->flops;
    uint64_t check = busy->check;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        __atomic_store_n(&busy->flops, flops += 1000, __ATOMIC_RELAXED);
        __atomic_store_n(&busy->check, check += 1000 + LEDGER_CALL_UNIT, __ATOMIC_RELEASE);
        for (volatile int i = 0; i < 20; i++) /* the call */
            ;
    }
    return unused;
}

Test(ledger_load, of_a_living_process_is_seldom_doubtful)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    char path[64];
    pthread_t thread;
    build_example(&b, LEDGER_SCOPE_PROCESS);
    size_t offset = b.used - 2 * sizeof *busy;
    int fd = write_file(&b, path);
    char *mapped = mmap(NULL, b.used, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    busy = (struct ledger_tally *)(mapped + offset);
    pthread_create(&thread, NULL, add_calls, NULL);
    int doubtful = 0; /* on a busy machine the thread may be put aside between its two stores for long */
    for (int i = 0; i < 2000; i++) {
        struct ledger_counts counts;
        cr_assert(ledger_load(path, &view, &why) == 0, "load %d: %s", i, why);
        const struct ledger_tally *tally = (const struct ledger_tally *)((const char *)view.header + offset);
        bool sound = ledger_tally_read(tally, &counts);
        cr_assert(sound == !view.doubtful && (!sound || counts.flops == (1 << 30) + (counts.calls - 7) * 1000));
        sound = ledger_tally_read(busy, &counts);
        cr_assert(!sound || counts.flops == (1 << 30) + (counts.calls - 7) * 1000);
        doubtful += view.doubtful + !sound;
        munmap((void *)(uintptr_t)view.header, b.used + 5000);
    }
    cr_expect(doubtful < 200, "%d of 4000", doubtful);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    unlink(path);
    close(fd);
    free(b.data);
}
