/* Ledgers read back: what a sound one adds up to, and that no damaged one crashes the reader. */
#include "ledger_build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Two threads' tallies, two contexts (one opened twice), a provider, a refusal. */
static void build_example(struct ledger_build *b)
{
    build_start(b, 1 << 16, 1024);
    size_t accounts = build_block(b, LEDGER_ACCOUNTS, 64, 6);
    build_account(b, accounts, 10000, "", false, 0);
    build_account(b, accounts, 500, "forward", true, 0);
    build_account(b, accounts, 500, "forward", true, 20);
    build_account(b, accounts, 70, "idle", true, 0);
    size_t first = build_block(b, LEDGER_TALLIES, 64, 8);
    build_tally(b, first, "", "dgemm", 2, 200, 5);
    build_tally(b, first, "forward", "dgemv", 1, 30, 2)->nested_calls = 4;
    build_tally(b, first, "forward.attn", "dgemm", 1, 60, 3);
    build_block(b, LEDGER_GRANTS, 64, 2);
    size_t second = build_block(b, LEDGER_TALLIES, 64, 8);
    build_tally(b, second, "", "dgemm", 3, 300, 4)->elapsed_ns = 9;
    build_tally(b, second, "", "daxpy", 0, 0, 1)->nested_calls = 6;
    build_tally(b, second, "forward", "dsyev", 1, 8, 6)->accuracy = COST_ESTIMATE;
    size_t providers = build_block(b, LEDGER_PROVIDERS, 64, 1);
    struct ledger_provider *provider = build_record(b, providers);
    provider->path = build_string(b, "/lib/libblas.so.3");
    provider->name = build_string(b, "OpenBLAS");
    provider->version = build_string(b, "0.3.21");
    provider->integer_bits = 32;
    struct ledger_header *h = build_header(b);
    h->refused_calls = 3;
    h->refused_cost = 2000;
    h->refused_remaining = 12;
    h->refused_name = build_string(b, "zgesv");
    h->refused_namespace = build_string(b, "forward");
    h->uncovered = build_string(b, "static:/opt/app");
}

static void summarise(struct ledger_build *b, const char *filter, struct summary *s)
{
    struct ledger_view view;
    const char *why = "";
    cr_assert(ledger_check(b->data, b->used, &view, &why) == 0, "%s", why);
    cr_assert(summary_from_ledger(&view, filter, s) == 0);
}

Test(summary, adds_up_over_threads_in_order_of_first_use)
{
    struct ledger_build b;
    struct summary s;
    build_example(&b);
    summarise(&b, NULL, &s);
    cr_expect(s.has_budget && s.flop_budget == 10000 && s.flops_used == 598 && s.calls == 8 && s.nested_calls == 10);
    cr_assert(s.operation_count == 4);
    cr_expect_str_eq(s.operations[0].name, "daxpy");
    cr_expect_str_eq(s.operations[1].name, "dgemv");
    cr_expect_str_eq(s.operations[2].name, "dgemm");
    cr_expect(s.operations[2].flop_cost == 560 && s.operations[2].calls == 6 && s.operations[2].elapsed_ns == 9 &&
              s.operations[2].first_use == 3);
    cr_expect_str_eq(s.operations[3].name, "dsyev");
    cr_expect(s.accuracy_flops[COST_EXACT] == 590 && s.accuracy_flops[COST_ESTIMATE] == 8);
    cr_expect(s.complete && s.wall_ns == 2500000000u);
    cr_expect(s.refused_calls == 3 && s.refused_cost == 2000 && s.refused_remaining == 12);
    cr_expect_str_eq(s.refused_operation, "zgesv");
    cr_expect_str_eq(s.providers[0].name, "OpenBLAS");
    cr_expect(s.arguments_bytes == 12);
    summary_free(&s);
    free(b.data);
}

Test(summary, namespaces_have_the_budgets_of_their_contexts_once)
{
    struct ledger_build b;
    struct summary s;
    build_example(&b);
    summarise(&b, NULL, &s);
    cr_assert(s.namespace_count == 4);
    cr_expect_str_eq(s.namespaces[0].name, ""); /* by its nested daxpy */
    cr_expect(!s.namespaces[0].has_budget && s.namespaces[0].flops_used == 500 && s.namespaces[0].calls == 5);
    cr_expect_str_eq(s.namespaces[1].name, "forward");
    cr_expect(s.namespaces[1].has_budget && s.namespaces[1].flop_budget == 500 && s.namespaces[1].flops_used == 98);
    cr_expect_str_eq(s.namespaces[2].name, "forward.attn");
    cr_expect_str_eq(s.namespaces[3].name, "idle");
    cr_expect(s.namespaces[3].flop_budget == 70 && s.namespaces[3].calls == 0);
    summary_free(&s);
    free(b.data);
}

Test(summary, of_one_namespace_covers_what_is_dotted_below_it)
{
    struct ledger_build b;
    struct summary s;
    build_example(&b);
    summarise(&b, "forward", &s);
    cr_expect(s.has_budget && s.flop_budget == 500 && s.flops_used == 98 && s.calls == 3 && s.namespace_count == 2);
    summary_free(&s);
    summarise(&b, "forw", &s);
    cr_expect(!s.has_budget && s.flops_used == 0 && s.namespace_count == 0);
    summary_free(&s);
    free(b.data);
}

Test(summary, sums_saturate)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 256);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 4);
    build_tally(&b, tallies, "", "dgemm", 1, UINT64_MAX - 5, 1);
    build_tally(&b, tallies, "", "dgemm", 1, 10, 2);
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == UINT64_MAX && !s.has_budget);
    summary_free(&s);
    free(b.data);
}

Test(summary, without_calls_or_contexts_is_not_worth_a_file)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 256);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 64, 2);
    build_account(&b, accounts, 10000, "", false, 0);
    summarise(&b, NULL, &s);
    cr_expect(!summary_is_worth_a_file(&s));
    build_header(&b)->refused_calls = 1;
    summarise(&b, NULL, &s);
    cr_expect(summary_is_worth_a_file(&s));
    build_header(&b)->refused_calls = 0;
    build_account(&b, accounts, 10, "x", true, 0);
    summarise(&b, NULL, &s);
    cr_expect(summary_is_worth_a_file(&s));
    free(b.data);
}

Test(summary, of_a_killed_process_is_incomplete)
{
    struct ledger_build b;
    struct summary s;
    build_example(&b);
    build_header(&b)->end_reason = LEDGER_END_UNKNOWN;
    build_header(&b)->end_monotonic_ns = 0;
    summarise(&b, NULL, &s);
    cr_expect(!s.complete && s.flops_used == 598);
    cr_expect_str_eq(s.end_reason, "unknown");
    free(b.data);
}

/* 10^4 namespaces x 5 routines x 8 threads: a quadratic step would take minutes. */
Test(summary, of_many_namespaces_takes_no_quadratic_time, .timeout = 60)
{
    enum { NAMESPACES = 10000, ROUTINES = 5, THREADS = 8 };
    struct ledger_build b;
    struct summary s;
    static uint32_t names[NAMESPACES];
    uint32_t routines[ROUTINES];
    build_start(&b, (size_t)64 << 20, 1 << 20);
    for (int i = 0; i < NAMESPACES + ROUTINES; i++) {
        char name[32];
        snprintf(name, sizeof name, "name%d", i);
        *(i < NAMESPACES ? &names[i] : &routines[i - NAMESPACES]) = build_string(&b, name);
    }
    for (int thread = 0; thread < THREADS; thread++)
        for (int i = 0; i < NAMESPACES; i++) {
            size_t block = build_block(&b, LEDGER_TALLIES, 64, ROUTINES);
            for (int j = 0; j < ROUTINES; j++) {
                struct ledger_tally *tally = build_record(&b, block);
                *tally = (struct ledger_tally){
                    .namespace_ = names[i], .operation = routines[j], .calls = 1, .flops = 2, .first_use = (uint64_t)i};
            }
        }
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == 2u * NAMESPACES * ROUTINES * THREADS && s.namespace_count == NAMESPACES);
    cr_expect(s.operation_count == ROUTINES && s.namespaces[77].flops_used == 2 * ROUTINES * THREADS);
    cr_expect_str_eq(s.namespaces[77].name, "name77");
    summary_free(&s);
    free(b.data);
}

/* ---- damage ---- */

/* Everything that reads a ledger, on whatever passes the check. */
static void read_all(const char *data, size_t size)
{
    struct ledger_view view;
    struct summary s;
    struct out out = {0};
    const char *why = NULL;
    if (ledger_check(data, size, &view, &why) < 0) {
        cr_assert(why && *why);
        return;
    }
    cr_assert(summary_from_ledger(&view, NULL, &s) == 0);
    summary_text(&s, summary_label(&s), &out);
    summary_json(&s, &out);
    summary_csv(&s, &out);
    cr_assert(!out.failed);
    out_free(&out);
    summary_free(&s);
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

Test(ledger_check, cut_off_at_any_length_is_refused, .timeout = 120)
{
    struct ledger_build b;
    build_example(&b);
    for (size_t size = 0; size < b.used; size += size < 4096 - 64 ? 61 : 1) {
        struct ledger_view view;
        size_t mapped;
        const char *why = NULL;
        char *data = guarded_copy(b.data, size, &mapped);
        cr_expect(ledger_check(data, size, &view, &why) < 0 && why);
        munmap((char *)((uintptr_t)data & ~(uintptr_t)4095), mapped);
    }
    free(b.data);
}

Test(ledger_check, any_flipped_byte_is_survived, .timeout = 240)
{
    static const unsigned char flips[] = {0xff, 0x01, 0x80};
    struct ledger_build b;
    size_t mapped;
    build_example(&b);
    char *data = guarded_copy(b.data, b.used, &mapped);
    for (size_t at = 0; at < b.used; at++)
        for (size_t i = 0; i < sizeof flips; i++) {
            data[at] = (char)(data[at] ^ flips[i]);
            read_all(data, b.used);
            data[at] = (char)(data[at] ^ flips[i]);
        }
    free(b.data);
}

Test(ledger_check, says_what_is_wrong)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    build_example(&b);
    build_header(&b)->format = 99;
    cr_expect(ledger_check(b.data, b.used, &view, &why) < 0);
    cr_expect_str_eq(why, "a ledger of another format version than this flopshim reads");
    build_header(&b)->format = LEDGER_FORMAT;
    cr_expect(ledger_check(b.data, b.used - 64, &view, &why) < 0);
    cr_expect_str_eq(why, "cut off: the header names more bytes than there are");
    build_header(&b)->refused_name = 4096; /* a block's head, no string */
    cr_expect(ledger_check(b.data, b.used, &view, &why) < 0);
    cr_expect_str_eq(why, "damaged: a string offset points outside the strings");
    free(b.data);
}

Test(ledger_check, a_string_offset_never_leaves_the_file)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    build_example(&b);
    cr_assert(ledger_check(b.data, b.used, &view, &why) == 0);
    cr_expect_str_eq(ledger_string(&view, 0), "");
    cr_expect_str_eq(ledger_string(&view, 7), "");
    cr_expect_str_eq(ledger_string(&view, UINT32_MAX), "");
    cr_expect_str_eq(ledger_string(&view, build_header(&b)->refused_name), "zgesv");
    free(b.data);
}

Test(ledger_load, reads_a_file_and_names_what_is_none)
{
    struct ledger_build b;
    struct ledger_view view;
    const char *why;
    char path[] = "/tmp/flopshim-test-XXXXXX";
    build_example(&b);
    int fd = mkstemp(path);
    cr_assert(write(fd, b.data, b.used) == (ssize_t)b.used && ftruncate(fd, (off_t)b.used + 5000) == 0);
    cr_expect(ledger_load(path, &view, &why) == 0);
    cr_expect(view.size_bytes == b.used && view.header->pid == 4242);
    cr_expect(ftruncate(fd, 100) == 0 && ledger_load(path, &view, &why) == -1);
    cr_expect_str_eq(why, "too short for a ledger");
    cr_expect(ledger_load("/tmp", &view, &why) == -1);
    cr_expect_str_eq(why, "not a flopshim ledger");
    unlink(path);
    cr_expect(ledger_load(path, &view, &why) == -1 && !why);
    close(fd);
    free(b.data);
}
