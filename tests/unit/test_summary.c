/* What a sound ledger of one process adds up to. */
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_read.h"
#include "summary.h"
#include <criterion/criterion.h>
#include <stdio.h>

/* Two threads' tallies, two contexts (one opened twice), a provider, a refusal. */
static void build_example(struct ledger_build *b)
{
    build_start(b, 1 << 16, 1024);
    size_t accounts = build_block(b, LEDGER_ACCOUNTS, 128, 6);
    build_account(b, accounts, 10000, "", false, 0);
    build_account(b, accounts, 500, "forward", true, 0);
    build_account(b, accounts, 500, "forward", true, 20);
    build_account(b, accounts, 70, "idle", true, 0);
    size_t first = build_block(b, LEDGER_TALLIES, 64, 8);
    build_tally(b, first, "", "dgemm", 2, 200, 5);
    build_nested(build_tally(b, first, "forward", "dgemv", 1, 30, 2), 4);
    build_tally(b, first, "forward.attn", "dgemm", 1, 60, 3);
    build_block(b, LEDGER_GRANTS, 64, 2);
    size_t second = build_block(b, LEDGER_TALLIES, 64, 8);
    build_timed(build_tally(b, second, "", "dgemm", 3, 300, 4), 9, 0);
    build_nested(build_tally(b, second, "", "daxpy", 0, 0, 1), 6);
    build_tally(b, second, "forward", "dsyev", 1, 8, 6)->accuracy = COST_ESTIMATE;
    size_t providers = build_block(b, LEDGER_PROVIDERS, 64, 1);
    struct ledger_provider *provider = build_record(b, providers);
    provider->path = build_string(b, "/lib/libblas.so.3");
    provider->name = build_string(b, "OpenBLAS");
    provider->version = build_string(b, "0.3.21");
    provider->integer_bits = 32;
    struct ledger_process *root = build_process(b);
    root->refused_calls = 3;
    root->refused_cost = 2000;
    root->refused_remaining = 12;
    root->refused_name = build_string(b, "zgesv");
    root->refused_namespace = build_string(b, "forward");
    root->uncovered = build_string(b, "static:/opt/app");
}

static void summarise(struct ledger_build *b, const char *filter, struct summary *s)
{
    struct ledger_view view;
    const char *why = "";
    build_seal(b);
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

static void expect_namespace(const struct summary *s, size_t i, const char *name, uint64_t self, uint64_t self_calls,
                             uint64_t total, uint64_t total_calls)
{
    const struct summary_namespace *ns = &s->namespaces[i];
    cr_assert(i < s->namespace_count);
    cr_expect_str_eq(ns->name, name);
    cr_expect(ns->self.flops_used == self && ns->self.calls == self_calls, "%s: self %lu, %lu", name, ns->self.flops_used,
              ns->self.calls);
    cr_expect(ns->total.flops_used == total && ns->total.calls == total_calls, "%s: total %lu, %lu", name, ns->total.flops_used,
              ns->total.calls);
}

/* dgemm 2 + 3 calls outside, and a nested daxpy first; forward: dgemv 30, dsyev 8; forward.attn: dgemm 60. */
Test(summary, namespaces_have_self_and_total_and_the_budgets_of_their_contexts_once)
{
    struct ledger_build b;
    struct summary s;
    build_example(&b);
    summarise(&b, NULL, &s);
    cr_assert(s.namespace_count == 4);
    expect_namespace(&s, 0, "", 500, 5, 500, 5);
    expect_namespace(&s, 1, "forward", 38, 2, 98, 3);
    expect_namespace(&s, 2, "forward.attn", 60, 1, 60, 1);
    expect_namespace(&s, 3, "idle", 0, 0, 0, 0);
    cr_expect(!s.namespaces[0].has_budget && s.namespaces[1].has_budget && s.namespaces[1].flop_budget == 500);
    cr_expect(!s.namespaces[2].has_budget && s.namespaces[3].flop_budget == 70);
    summary_free(&s);
    free(b.data);
}

/* '-' sorts before '.', so "a-b" stands between "a" and "a.b" in plain order. Nothing was done in "a", "a.b" or "x" itself, and
 * "a-b" and "ab" are below none of them. */
Test(summary, namespaces_above_others_have_rows_and_totals)
{
    static const char *const names[] = {"a.b.d", "ab", "a-b", "a.b.c", "x.y", "a.z"};
    struct ledger_build b;
    struct summary s;
    uint64_t self = 0;
    build_start(&b, 1 << 16, 1024);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 128, 1);
    build_account(&b, accounts, 1000, "x", true, 0);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 8);
    for (uint64_t i = 0; i < 6; i++)
        build_tally(&b, tallies, names[i], "dgemm", i + 1, (uint64_t)1 << i, i + 1);
    build_tally(&b, tallies, "", "dgemm", 1, 100, 9);
    summarise(&b, NULL, &s);
    cr_assert(s.namespace_count == 10);
    expect_namespace(&s, 0, "a", 0, 0, 1 + 8 + 32, 1 + 4 + 6); /* first used in a.b.d */
    expect_namespace(&s, 1, "a.b", 0, 0, 1 + 8, 1 + 4);
    expect_namespace(&s, 2, "a.b.d", 1, 1, 1, 1);
    expect_namespace(&s, 3, "ab", 2, 2, 2, 2);
    expect_namespace(&s, 4, "a-b", 4, 3, 4, 3);
    expect_namespace(&s, 5, "a.b.c", 8, 4, 8, 4);
    expect_namespace(&s, 6, "x", 0, 0, 16, 5);
    expect_namespace(&s, 7, "x.y", 16, 5, 16, 5);
    expect_namespace(&s, 8, "a.z", 32, 6, 32, 6);
    expect_namespace(&s, 9, "", 100, 1, 100, 1);
    cr_expect(s.namespaces[6].has_budget && s.namespaces[6].flop_budget == 1000);
    for (size_t i = 0; i < s.namespace_count; i++)
        self += s.namespaces[i].self.flops_used;
    cr_expect(self == s.flops_used && self == 163);
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

Test(summary, sums_have_128_bits)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 256);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 4);
    build_tally(&b, tallies, "a", "dgemm", 1, UINT64_MAX - 5, 1);
    build_tally(&b, tallies, "a", "dgemm", 1, UINT64_MAX - 7, 2);
    build_tally(&b, tallies, "a.b", "dgemm", 1, 100, 3);
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == 2 * (wide)UINT64_MAX + 88 && s.operations[0].flop_cost == s.flops_used);
    cr_expect(s.namespaces[0].self.flops_used == 2 * (wide)UINT64_MAX - 12 && s.namespaces[0].total.flops_used == s.flops_used);
    cr_expect(s.accuracy_flops[0] == s.flops_used && !(s.incomplete & SUMMARY_SATURATED));
    summary_free(&s);
    free(b.data);
}

Test(summary, says_that_a_price_sticks)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 256);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 4);
    build_tally(&b, tallies, "", "dgemm", 1, UINT64_MAX, 1);
    build_tally(&b, tallies, "", "dgemm", 1, 10, 2);
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == (wide)UINT64_MAX + 10 && !s.has_budget);
    cr_expect(s.incomplete == SUMMARY_SATURATED && !s.complete);
    summary_free(&s);
    free(b.data);
}

Test(summary, without_calls_or_contexts_is_not_worth_a_file)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 256);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 128, 2);
    build_account(&b, accounts, 10000, "", false, 0);
    summarise(&b, NULL, &s);
    cr_expect(!summary_is_worth_a_file(&s));
    build_process(&b)->refused_calls = 1;
    summarise(&b, NULL, &s);
    cr_expect(summary_is_worth_a_file(&s));
    build_process(&b)->refused_calls = 0;
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
    build_process(&b)->end_reason = LEDGER_END_UNKNOWN;
    build_process(&b)->end_monotonic_ns = 0;
    summarise(&b, NULL, &s);
    cr_expect(!s.complete && s.flops_used == 598);
    cr_expect_str_eq(s.end_reason, "unknown");
    free(b.data);
}

/* A query is before the call that it is for, and makes neither the first use nor an estimate. */
Test(summary, queries_of_the_workspace_are_no_calls)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 1024);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 8);
    build_query(build_tally(&b, tallies, "f", "dgesdd", 2, 0, 1))->accuracy = COST_ESTIMATE;
    build_tally(&b, tallies, "f", "dgemm", 1, 10, 2);
    build_tally(&b, tallies, "f", "dgesdd", 1, 100, 3)->accuracy = COST_ESTIMATE;
    build_query(build_tally(&b, tallies, "asked", "dgeev", 4, 0, 4))->accuracy = COST_ESTIMATE;
    summarise(&b, NULL, &s);
    cr_expect(s.calls == 2 && s.queries == 6 && s.flops_used == 110 && s.operation_count == 3);
    cr_expect_str_eq(s.operations[0].name, "dgemm");
    cr_expect_str_eq(s.operations[1].name, "dgesdd");
    cr_expect(s.operations[1].calls == 1 && s.operations[1].queries == 2 && s.operations[1].first_use == 3);
    cr_expect_str_eq(s.operations[2].name, "dgeev");
    cr_expect(!s.operations[2].calls && s.operations[2].queries == 4 && s.operations[2].accuracy == COST_EXACT);
    expect_namespace(&s, 0, "f", 110, 2, 110, 2);
    expect_namespace(&s, 1, "asked", 0, 0, 0, 0);
    cr_expect(s.namespaces[0].queries == 2 && s.namespaces[1].queries == 4);
    cr_expect_str_eq(summary_label(&s), "f");
    summary_free(&s);
    free(b.data);
}

static void expect_unknown(const char *const *budgets, const char *const *used, const char *expected)
{
    struct ledger_build b;
    struct summary s;
    char unknown[64] = "";
    build_start(&b, 1 << 16, 1024);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 128, 4);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 4);
    for (uint64_t i = 0; budgets[i]; i++)
        build_account(&b, accounts, 1000, budgets[i], true, 0);
    for (uint64_t i = 0; used[i]; i++)
        build_tally(&b, tallies, used[i], "dgemm", 1, 2, i + 1);
    summarise(&b, NULL, &s);
    for (size_t i = 0; i < s.namespace_count; i++)
        if (s.namespaces[i].remains_unknown)
            strcat(strcat(unknown, *s.namespaces[i].name ? s.namespaces[i].name : "(unlabelled)"), " ");
    cr_expect_str_eq(unknown, expected);
    summary_free(&s);
    free(b.data);
}

/* A scope inside a context without a name is named as one outside of any: 998 of 1000 may remain, or 996. */
Test(summary, does_not_say_what_remains_where_names_do_not_tell)
{
    expect_unknown((const char *[]){"", "f", NULL}, (const char *[]){"", "f", "f.a", NULL}, "");
    expect_unknown((const char *[]){"", "f", NULL}, (const char *[]){"", "f", "a", NULL}, "(unlabelled) ");
    expect_unknown((const char *[]){"f", "f.a.b", NULL}, (const char *[]){"f", "f.a.b", "a", NULL}, "f f.a ");
}

/* Names of nothing but dots: a row for each would take gigabytes. */
Test(summary, of_names_of_dots_takes_no_more_than_some_times_the_ledger, .timeout = 60)
{
    enum { NAMES = 500, LENGTH = 4000 };
    struct ledger_build b;
    struct summary s;
    build_start(&b, (size_t)8 << 20, NAMES * (LENGTH + 16));
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, NAMES);
    for (int i = 0; i < NAMES; i++) {
        char name[LENGTH + 1];
        memset(name, '.', LENGTH);
        name[LENGTH] = 0;
        name[1] = (char)('a' + i % 26);
        name[2] = (char)('a' + i / 26);
        build_tally(&b, tallies, name, "dgemm", 1, 2, (uint64_t)i);
    }
    summarise(&b, NULL, &s);
    cr_expect(s.arena_bytes < 12 * b.used && s.flops_used == 2 * NAMES && s.namespace_count > NAMES);
    summary_free(&s);
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
                *tally = (struct ledger_tally){.namespace_ = names[i],
                                               .operation = routines[j],
                                               .flops = 2,
                                               .check = 2 + LEDGER_CALL_UNIT,
                                               .first_use = (uint64_t)i};
            }
        }
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == 2u * NAMESPACES * ROUTINES * THREADS && s.namespace_count == NAMESPACES);
    cr_expect(s.operation_count == ROUTINES && s.namespaces[77].self.flops_used == 2 * ROUTINES * THREADS);
    cr_expect_str_eq(s.namespaces[77].name, "name77");
    summary_free(&s);
    free(b.data);
}

static void expect_shape(const struct summary_operation *operation, size_t i, const char *text, uint64_t calls, uint64_t flops)
{
    cr_assert(i < operation->shapes.count);
    cr_expect_str_eq(operation->shapes.rows[i].text, text);
    cr_expect(operation->shapes.rows[i].calls == calls && operation->shapes.rows[i].flop_cost == flops, "%s: %lu, %lu", text,
              operation->shapes.rows[i].calls, operation->shapes.rows[i].flop_cost);
}

static void expect_others(const struct summary_operation *operation, uint64_t calls, uint64_t flops, uint64_t error_calls,
                          uint64_t error_flops)
{
    struct summary_use other = summary_others(operation, &operation->shapes);
    cr_expect(other.calls == calls && other.flops_used == flops, "others: %lu, %lu", other.calls, other.flops_used);
    cr_expect(operation->shapes.error_calls == error_calls && operation->shapes.error_flops == error_flops, "error: %lu, %lu",
              operation->shapes.error_calls, operation->shapes.error_flops);
}

/* dtrsm of two threads in "a" (10 calls, 1000 FLOPs; 6 and 300) and of one in "b". The first has a shape of its own, the second
 * and "b" one of the first; the second's tables have lost shapes of up to 2 calls and 40 FLOPs each. */
Test(summary, shapes_add_up_over_threads_and_namespaces)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 1024);
    build_header(&b)->detail = LEDGER_DETAIL_SHAPES;
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 4), shapes = build_block(&b, LEDGER_SHAPES, 128, 8);
    struct ledger_tally *first = build_tally(&b, tallies, "a", "dtrsm", 10, 1000, 1);
    struct ledger_tally *second = build_tally(&b, tallies, "a", "dtrsm", 6, 300, 2);
    struct ledger_tally *other = build_tally(&b, tallies, "b", "dtrsm", 1, 50, 3);
    build_tally(&b, tallies, "b", "my_op", 1, 5, 4)->routine = UINT32_MAX;
    build_dims(build_shape(&b, shapes, first, "m|side", 3, 300), 7, 'L', 0, 0);
    build_dims(build_shape(&b, shapes, other, "m|side", 1, 50), 7, 'L', 0, 0);
    build_dims(build_shape(&b, shapes, second, "m|side", 1, 100), 7, 'L', 1, 40);
    build_dims(build_shape(&b, shapes, first, "m|side", 7, 700), -8, 'R', 0, 0);
    build_dims(build_shape(&b, shapes, second, "m|side", 1, 20), 9, 'L', 2, 30);
    summarise(&b, NULL, &s);
    cr_assert(s.operation_count == 2 && s.namespace_count == 2 && s.operations[0].shapes.recorded &&
              !s.operations[1].shapes.recorded);
    cr_assert(s.operations[0].shapes.count == 3 && s.namespaces[0].operations[0].shapes.count == 3);
    expect_shape(&s.operations[0], 0, "m=-8 side=R", 7, 700);
    expect_shape(&s.operations[0], 1, "m=7 side=L", 5, 450);
    expect_shape(&s.operations[0], 2, "m=9 side=L", 1, 20);
    expect_others(&s.operations[0], 4, 180, 2, 40);
    expect_shape(&s.namespaces[0].operations[0], 1, "m=7 side=L", 4, 400);
    expect_shape(&s.namespaces[1].operations[0], 0, "m=7 side=L", 1, 50);
    expect_others(&s.namespaces[1].operations[0], 0, 0, 0, 0);
    summary_free(&s);
    free(b.data);
}

/* A shape newer than its tally, as in a ledger that is written to; one that is just being changed (16 calls, 4 records: none of
 * their bounds is known, so the algorithm's holds, 16/2 and 160/2); one of another tally than any. */
Test(summary, shapes_never_have_more_than_their_operation)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 1024);
    build_header(&b)->detail = LEDGER_DETAIL_SHAPES;
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 2), shapes = build_block(&b, LEDGER_SHAPES, 128, 8);
    struct ledger_tally *newer = build_tally(&b, tallies, "", "dgemm", 5, 50, 1);
    struct ledger_tally *changed = build_tally(&b, tallies, "", "ddot", 16, 160, 2);
    build_dims(build_shape(&b, shapes, newer, "n", 6, 60), 7, 0, 0, 0);
    for (int n = 1; n <= 3; n++)
        build_dims(build_shape(&b, shapes, changed, "n", 2, 20), n, 0, 1, 10);
    build_dims(build_shape(&b, shapes, changed, "n", 2, 20), 4, 0, 1, 10)->seal = 0;
    build_dims(build_shape(&b, shapes, (struct ledger_tally *)(b.data + LEDGER_PAGE), "n", 2, 20), 5, 0, 0, 0);
    summarise(&b, NULL, &s);
    cr_assert(s.operation_count == 2 && s.operations[0].shapes.count == 1 && s.operations[1].shapes.count == 3);
    expect_shape(&s.operations[0], 0, "n=7", 5, 50);
    expect_others(&s.operations[0], 0, 0, 0, 0);
    expect_others(&s.operations[1], 10, 100, 8, 80);
    summary_free(&s);
    free(b.data);
}
