/* Differences of summaries: rows are paired by name whatever their order, changes and shares are exact at the edges of what
 * 64 bits hold, and rules break where they should. Numbers are by hand. */
#include "diff_rules.h"
#include "json_read.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const names[2] = {"a.json", "b.json"};
static struct summary sides[2];
static struct diff diff;

/* An operation that is exact and was not timed. */
#define OPERATION(name, flops, calls) "\"" name "\": {\"flop_cost\": " #flops ", \"calls\": " #calls "}"

/* A summary with these operations in one namespace; more: further keys, each with a comma behind it. */
static void load(int side, const char *name_space, const char *operations, uint64_t flops, const char *more)
{
    char json[4096], message[256] = "";
    int length = snprintf(json, sizeof json,
                          "{\"schema_version\": 2, %s \"flops_used\": %llu, \"operations\": {%s}, \"by_namespace\": {\"%s\": "
                          "{\"flops_used\": %llu, \"operations\": {%s}}}, \"end_reason\": \"exit\", \"complete\": true}",
                          more, (unsigned long long)flops, operations, name_space, (unsigned long long)flops, operations);
    cr_assert(summary_from_json(json, (size_t)length, names[side], &sides[side], message, sizeof message) == 0, "%s", message);
}

static void compare(void)
{
    cr_assert(diff_make(&sides[0], &sides[1], &diff) == 0);
}

static void clear(void)
{
    diff_free(&diff);
    summary_free(&sides[0]);
    summary_free(&sides[1]);
}

static void expect_row(enum diff_view view, size_t i, const char *routine, const char *shape, enum diff_status status,
                       uint64_t before, uint64_t after)
{
    cr_assert(i < diff.views[view].count, "%zu rows", diff.views[view].count);
    const struct diff_row *row = &diff.views[view].rows[i];
    cr_expect_str_eq(row->routine, routine);
    if (shape)
        cr_expect_str_eq(row->shape, shape);
    cr_expect(diff_status(row) == status, "%s: %s", routine, diff_status_names[diff_status(row)]);
    cr_expect(row->a.flop_cost == before && row->b.flop_cost == after, "%s", routine);
}

/* A test may not go on behind another's summaries. */
TestSuite(diff, .fini = clear);

Test(diff, rows_are_paired_by_name_the_largest_change_first)
{
    load(0, "", OPERATION("dgemm", 1000, 2) "," OPERATION("ddot", 30, 3) "," OPERATION("dscal", 5, 1), 1035, "");
    load(1, "", OPERATION("dsyrk", 500, 1) "," OPERATION("dscal", 5, 1) "," OPERATION("dgemm", 1200, 2), 1705, "");
    compare();
    cr_expect(diff.views[DIFF_ROUTINES].count == 4);
    expect_row(DIFF_ROUTINES, 0, "dsyrk", NULL, DIFF_NEW, 0, 500);
    expect_row(DIFF_ROUTINES, 1, "dgemm", NULL, DIFF_CHANGED, 1000, 1200);
    expect_row(DIFF_ROUTINES, 2, "ddot", NULL, DIFF_GONE, 30, 0);
    expect_row(DIFF_ROUTINES, 3, "dscal", NULL, DIFF_SAME, 5, 5);
    cr_expect(diff.total.a.flop_cost == 1035 && diff.total.b.flop_cost == 1705);
    cr_expect(diff.total.a.calls == 6 && diff.total.b.calls == 4);
}

Test(diff, the_same_flops_in_other_calls_are_a_change)
{
    load(0, "", OPERATION("dcopy", 0, 2), 0, "");
    load(1, "", OPERATION("dcopy", 0, 3), 0, "");
    compare();
    expect_row(DIFF_ROUTINES, 0, "dcopy", NULL, DIFF_CHANGED, 0, 0);
}

Test(diff, what_moved_to_another_namespace_is_a_change_there)
{
    struct diff_rules rules = {0};
    struct diff_verdicts verdicts;
    load(0, "forward", OPERATION("dgemm", 1000, 2), 1000, "");
    load(1, "back", OPERATION("dgemm", 1000, 2), 1000, "");
    compare();
    expect_row(DIFF_ROUTINES, 0, "dgemm", NULL, DIFF_SAME, 1000, 1000);
    expect_row(DIFF_NAMESPACE_ROUTINES, 0, "dgemm", NULL, DIFF_NEW, 0, 1000);
    cr_expect_str_eq(diff.views[DIFF_NAMESPACE_ROUTINES].rows[0].name_space, "back");
    expect_row(DIFF_NAMESPACE_ROUTINES, 1, "dgemm", NULL, DIFF_GONE, 1000, 0);
    cr_expect(diff_rules_take_event(&rules, "change") && diff_judge(&diff, names, &rules, &verdicts) == 0);
    cr_expect(verdicts.count == 2);
    diff_verdicts_free(&verdicts);
}

/* 4 FLOPs of A are of shapes that are not listed, of which none has more than 1 call and 2 FLOPs. */
#define SHAPED_A                                                                                                 \
    "\"dgemm\": {\"flop_cost\": 20, \"calls\": 4, \"shapes\": [{\"dims\": {\"m\": 2, \"n\": 2, \"k\": 2}, "      \
    "\"calls\": 1, \"flop_cost\": 16}], \"other_shapes\": {\"calls\": 3, \"flop_cost\": 4, \"calls_error\": 1, " \
    "\"flop_cost_error\": 2}}"
#define SHAPED_B                                                                                                       \
    "\"dgemm\": {\"flop_cost\": 18, \"calls\": 2, \"shapes\": [{\"dims\": {\"m\": 2, \"n\": 2, \"k\": 2}, \"calls\": " \
    "1, \"flop_cost\": 16}, {\"dims\": {\"m\": 1, \"n\": 1, \"k\": 1}, \"calls\": 1, \"flop_cost\": 2}]}"

Test(diff, a_shape_that_may_have_been_there_unlisted_is_not_called_new)
{
    load(0, "", SHAPED_A, 20, "");
    load(1, "", SHAPED_B, 18, "");
    compare();
    cr_expect(diff.views[DIFF_SHAPES].count == 3);
    expect_row(DIFF_SHAPES, 0, "dgemm", diff_other_shapes, DIFF_GONE, 4, 0);
    expect_row(DIFF_SHAPES, 1, "dgemm", "m=1 n=1 k=1", DIFF_CHANGED, 0, 2);
    expect_row(DIFF_SHAPES, 2, "dgemm", "m=2 n=2 k=2", DIFF_SAME, 16, 16);
    cr_expect(diff_is_uncertain(&diff.views[DIFF_SHAPES].rows[1]));
    cr_expect(diff.views[DIFF_SHAPES].rows[1].a.error_flops == 2);
}

Test(diff, shapes_are_compared_only_where_both_have_them)
{
    load(0, "", OPERATION("dgemm", 20, 4), 20, "");
    load(1, "", SHAPED_B, 18, "");
    compare();
    cr_expect(diff.views[DIFF_SHAPES].count == 0);
    expect_row(DIFF_ROUTINES, 0, "dgemm", NULL, DIFF_CHANGED, 20, 18);
}

Test(diff, growth_is_exact_at_the_limit)
{
    const uint64_t most = UINT64_MAX;
    cr_expect_not(diff_grew_above(1000, 1010, 10000), "1% of 1000 is not more than 1%");
    cr_expect(diff_grew_above(1000, 1011, 10000));
    cr_expect_not(diff_grew_above(1000, 0, 0), "what fell did not grow");
    cr_expect_not(diff_grew_above(1000, 1000, 0));
    cr_expect(diff_grew_above(most - 1, most, 0));
    cr_expect_not(diff_grew_above(most - 1, most, 1));
    cr_expect(diff_grew_above(0, 1, 1000000000000000), "from nothing is more than any limit");
    cr_expect_not(diff_grew_above(0, 0, 0));
    cr_expect(diff_distance(0, most) == most && diff_distance(most, 0) == most);
}

Test(diff, limits_are_read)
{
    static const struct {
        const char *text;
        uint64_t total, routine, name_space;
    } good[] = {{"1%", 10000, 10000, 0}, {"0.5%", 5000, 5000, 0},         {"2", 20000, 20000, 0},
                {".25", 2500, 2500, 0},  {"routine:0.0001%", 0, 1, 0},    {"total:100%", 1000000, 0, 0},
                {"0%", 0, 0, 0},         {"namespace:10.%", 0, 0, 100000}};
    static const char *const bad[] = {"",  "%",   ".",           "-1%",    "1%%",          "1 %", "0.00001%",
                                      "x", "1e3", "routines:1%", "total:", "10000000000%", "+1",  "nan"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct diff_rules rules = {0};
        cr_expect(diff_rules_take_limit(&rules, good[i].text), "%s", good[i].text);
        cr_expect(rules.limits[DIFF_OF_TOTAL] == good[i].total && rules.limits[DIFF_OF_ROUTINES] == good[i].routine &&
                      rules.limits[DIFF_OF_NAMESPACES] == good[i].name_space,
                  "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct diff_rules rules = {0};
        cr_expect_not(diff_rules_take_limit(&rules, bad[i]), "%s", bad[i]);
        cr_expect_not(diff_rules_any(&rules), "%s", bad[i]);
    }
}

static void expect_verdict(const struct diff_rules *rules, size_t count, const char *first)
{
    struct diff_verdicts verdicts;
    struct out out = {0};
    cr_assert(diff_judge(&diff, names, rules, &verdicts) == 0);
    cr_expect(verdicts.count == count, "%zu, not %zu", verdicts.count, count);
    if (verdicts.count && first) {
        diff_put_verdict(&verdicts.list[0], &out);
        cr_expect(out.length == strlen(first) && !memcmp(out.data, first, out.length), "%.*s", (int)out.length, out.data);
    }
    out_free(&out);
    diff_verdicts_free(&verdicts);
}

Test(diff, rules_break_and_say_what_broke_them)
{
    struct diff_rules above = {0}, total = {0}, added = {0}, gone = {0}, change = {0};
    /* The total grows by 1000 of 100000, exactly 1%; dgemv by 10%; dgemm falls; ddot is new. */
    load(0, "", OPERATION("dgemm", 90000, 9) "," OPERATION("dgemv", 9000, 1) "," OPERATION("dscal", 1000, 1), 100000, "");
    load(1, "", OPERATION("dgemm", 90000, 9) "," OPERATION("dgemv", 9900, 1) "," OPERATION("ddot", 1100, 2), 101000, "");
    compare();
    cr_assert(diff_rules_take_limit(&above, "1%") && diff_rules_take_limit(&total, "total:1%"));
    cr_assert(diff_rules_take_event(&added, "new-routine") && diff_rules_take_event(&gone, "gone-routine"));
    cr_assert(diff_rules_take_event(&change, "change") && !diff_rules_take_event(&change, "new"));
    expect_verdict(&total, 0, NULL);
    expect_verdict(&above, 1, "--fail-above 1%: dgemv changed by +10.0%, from 9,000 FLOPs in 1 call to 9,900 FLOPs in 1 call");
    expect_verdict(&added, 1, "--fail-on new-routine: ddot is new: 1,100 FLOPs in 2 calls");
    expect_verdict(&gone, 1, "--fail-on gone-routine: dscal is gone: 1,000 FLOPs in 1 call");
    expect_verdict(&change, 3, "--fail-on change: ddot is new: 1,100 FLOPs in 2 calls");
    cr_assert(diff_rules_take_limit(&total, "total:0.9999%"));
    expect_verdict(
        &total, 1,
        "--fail-above total:0.9999%: the total changed by +1.0%, from 100,000 FLOPs in 11 calls to 101,000 FLOPs in 12 calls");
}

Test(diff, counts_that_do_not_mean_the_same_are_doubted)
{
    struct diff_verdicts verdicts;
    const struct diff_rules rules = {0};
    static const char doubts[] = "convention ops in A, fma in B\nmultiplier 1 in A, 2.5 in B\ncost model x-1 in A, x-2 in B\n";
    load(0, "", OPERATION("dgemm", 20, 1), 20, "\"cost_model\": \"x-1\", ");
    load(1, "", OPERATION("dgemm", 20, 1), 20, "\"cost_model\": \"x-2\", \"convention\": \"fma\", \"flop_multiplier\": 2.5, ");
    compare();
    cr_assert(diff_judge(&diff, names, &rules, &verdicts) == 0);
    cr_expect(verdicts.doubts.length == strlen(doubts) && !memcmp(verdicts.doubts.data, doubts, strlen(doubts)), "%.*s",
              (int)verdicts.doubts.length, verdicts.doubts.data);
    cr_expect(verdicts.missing.length == 0);
    diff_verdicts_free(&verdicts);
}

Test(diff, what_is_missing_is_said)
{
    struct diff_verdicts verdicts;
    const struct diff_rules rules = {0};
    static const char missing[] = "A (a.json) is not complete: dropped, unclosed\nB (b.json) is not complete\n";
    load(0, "", OPERATION("dgemm", 20, 1), 20, "\"incomplete\": [\"dropped\", \"unclosed\"], ");
    load(1, "", OPERATION("dgemm", 20, 1), 20, "");
    sides[1].complete = false; /* for no reason that is known here */
    compare();
    cr_assert(diff_judge(&diff, names, &rules, &verdicts) == 0);
    cr_expect(verdicts.missing.length == strlen(missing) && !memcmp(verdicts.missing.data, missing, strlen(missing)), "%.*s",
              (int)verdicts.missing.length, verdicts.missing.data);
    diff_verdicts_free(&verdicts);
}

Test(diff, the_table_is_the_expected_one)
{
    static const char expected[] =
        "flopshim FLOP Difference\n"
        "========================\n"
        "  A: a.json  (unknown program, pid 0)\n"
        "  B: b.json  (unknown program, pid 0)\n"
        "\n"
        "  In all:                           A               B          change\n"
        "    FLOPs                   1,000,005       1,200,105        +200,100  (+20.0%)\n"
        "    Calls                           3               5              +2  (+66.7%)\n"
        "\n"
        "  By routine:                       A               B          change\n"
        "    dgemm                   1,000,000       1,200,000        +200,000  (+20.0%)  [2 calls]\n"
        "    ddot                            0             100            +100  [0 -> 2 calls]  new\n"
        "    (1 the same)\n";
    struct diff_verdicts verdicts = {0};
    struct out out = {0};
    load(0, "", OPERATION("dgemm", 1000000, 2) "," OPERATION("dscal", 5, 1), 1000005, "");
    load(1, "", OPERATION("dgemm", 1200000, 2) "," OPERATION("dscal", 5, 1) "," OPERATION("ddot", 100, 2), 1200105, "");
    compare();
    diff_text(&diff, names, &verdicts, &out);
    cr_expect(out.length == strlen(expected) && !memcmp(out.data, expected, out.length), "%.*s", (int)out.length, out.data);
    out_free(&out);
}
