/* What a sound ledger of one process adds up to. */
#include "ledger_build.h"
#include <criterion/criterion.h>
#include <stdio.h>

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
    cr_expect(s.operation_count == ROUTINES && s.namespaces[77].flops_used == 2 * ROUTINES * THREADS);
    cr_expect_str_eq(s.namespaces[77].name, "name77");
    summary_free(&s);
    free(b.data);
}
