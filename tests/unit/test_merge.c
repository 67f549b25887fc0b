/* Merges: the set of processes is the same whatever order they come in, later states win, and sums hold 128 bits. Numbers are
 * by hand. */
#include "members.h"
#include "merge_sums.h"
#include <criterion/criterion.h>
#include <string.h>

static struct members members;
static struct summary_operation operations[2] = {{.name = "dgemm"}, {.name = "ddot"}};
static struct summary_namespace only = {.name = "", .operations = operations, .operation_count = 2};

static void clear(void)
{
    members_free(&members);
}

TestSuite(merge, .fini = clear);

/* A process that did so many FLOPs in one dgemm and one ddot, half of them each. */
static struct summary process(const char *host, uint32_t pid, uint64_t flops)
{
    operations[0].flop_cost = flops - flops / 2;
    operations[1].flop_cost = flops / 2;
    operations[0].calls = operations[1].calls = 1;
    return (struct summary){.host = host,
                            .pid = pid,
                            .start_realtime_ns = 1000000,
                            .flops_used = flops,
                            .namespaces = &only,
                            .namespace_count = 1,
                            .version = "",
                            .cost_model = "x-1",
                            .convention = "ops",
                            .multiplier = "1",
                            .complete = true,
                            .end_reason = "exit",
                            .program = "app",
                            .uncovered = ""};
}

static enum members_result add(const char *host, uint32_t pid, uint64_t flops, int64_t rank)
{
    struct summary summary = process(host, pid, flops);
    return members_add(&members, &summary, rank);
}

Test(merge, a_process_counts_once_and_its_later_state_stays)
{
    for (int order = 0; order < 2; order++) {
        struct summary early = process("a", 7, 100);
        early.complete = false;
        early.end_reason = "unknown";
        if (order)
            cr_assert(add("a", 7, 300, MEMBER_NO_RANK) == MEMBERS_ADDED);
        early.flops_used = 100;
        cr_assert(members_add(&members, &early, 4) == MEMBERS_ADDED);
        if (!order)
            cr_assert(add("a", 7, 300, MEMBER_NO_RANK) == MEMBERS_ADDED);
        cr_expect(members_settle(&members) == 1);
        cr_expect(members.count == 1 && members.list[0].flops_used == 300 && members.list[0].complete);
        cr_expect(members.list[0].rank == 4, "the rank that one of them had");
        members_free(&members);
    }
}

Test(merge, host_pid_and_start_tell_processes_apart)
{
    struct summary later = process("a", 7, 10), same = process("a", 7, 10);
    later.start_realtime_ns += 1000;
    same.start_realtime_ns += 999; /* below the microsecond that a summary has */
    cr_assert(add("a", 7, 10, MEMBER_NO_RANK) == MEMBERS_ADDED && add("b", 7, 10, MEMBER_NO_RANK) == MEMBERS_ADDED);
    cr_assert(add("a", 8, 10, MEMBER_NO_RANK) == MEMBERS_ADDED);
    cr_assert(members_add(&members, &later, MEMBER_NO_RANK) == MEMBERS_ADDED);
    cr_assert(members_add(&members, &same, MEMBER_NO_RANK) == MEMBERS_ADDED);
    cr_expect(members_settle(&members) == 1);
    cr_expect(members.count == 4);
}

Test(merge, a_byte_that_is_no_utf8_is_the_character_of_its_number)
{
    cr_assert(add("n\xff", 7, 10, MEMBER_NO_RANK) == MEMBERS_ADDED && add("n\xc3\xbf", 7, 10, MEMBER_NO_RANK) == MEMBERS_ADDED);
    cr_expect(members_settle(&members) == 1);
    cr_expect_str_eq(members.list[0].host, "n\xc3\xbf");
}

Test(merge, what_was_counted_otherwise_or_has_no_name_is_refused)
{
    struct summary other = process("a", 8, 10);
    cr_assert(add("a", 7, 10, MEMBER_NO_RANK) == MEMBERS_ADDED);
    other.multiplier = "2";
    cr_expect(members_add(&members, &other, MEMBER_NO_RANK) == MEMBERS_UNLIKE);
    other = process("a", 8, 10);
    other.cost_model = "x-2";
    cr_expect(members_add(&members, &other, MEMBER_NO_RANK) == MEMBERS_UNLIKE);
    cr_expect(add("a", 0, 10, MEMBER_NO_RANK) == MEMBERS_NAMELESS);
    cr_expect(members.count == 1);
}

static void expect_text(struct out *out, const char *expected)
{
    cr_expect(out->length == strlen(expected) && !memcmp(out->data, expected, out->length), "%.*s, not %s", (int)out->length,
              out->data, expected);
    out_free(out);
}

Test(merge, sums_have_128_bits)
{
    struct merge_sums sums;
    struct out out = {0};
    for (uint32_t pid = 1; pid <= 4; pid++)
        cr_assert(add("a", pid, UINT64_MAX, MEMBER_NO_RANK) == MEMBERS_ADDED);
    members_settle(&members);
    cr_assert(merge_sum(&members, &sums) == 0);
    merge_put_wide(&out, sums.spreads[MERGE_FLOPS].sum, true); /* 2^66 - 4 */
    expect_text(&out, "73,786,976,294,838,206,460");
    merge_put_wide(&out, sums.routines[0].flop_cost, false); /* 4 times 2^63 */
    expect_text(&out, "36893488147419103232");
    cr_expect(!sums.saturated && sums.routine_count == 2 && sums.routines[0].members == 4 && sums.routines[0].calls == 4);
    merge_sums_free(&sums);
}

/* 2, 4, 4, 4, 5, 5, 7, 9: a mean of 5 and a deviation of 2. */
Test(merge, spread_is_that_of_the_whole_set)
{
    static const uint64_t flops[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct merge_sums sums;
    for (uint32_t i = 0; i < 8; i++)
        cr_assert(add(i < 3 ? "a" : "b", i + 1, flops[i], 7 - (int64_t)i) == MEMBERS_ADDED);
    members_settle(&members);
    cr_assert(merge_sum(&members, &sums) == 0);
    const struct merge_spread *spread = &sums.spreads[MERGE_FLOPS];
    cr_expect(spread->min == 2 && spread->max == 9 && spread->sum == 40);
    cr_expect_float_eq(spread->deviation, 2.0, 1e-12);
    cr_expect(spread->min_at->rank == 7 && spread->max_at->rank == 0);
    cr_expect(sums.host_count == 2 && sums.hosts[0].members == 3 && sums.hosts[0].flops_used == 10);
    cr_expect(sums.spreads[MERGE_CALLS].sum == 16);
    merge_sums_free(&sums);
}

Test(merge, missing_ranks_are_named)
{
    static const int64_t ranks[] = {8, 1, 3, 4};
    struct out out = {0};
    cr_assert(add("a", 9, 1, MEMBER_NO_RANK) == MEMBERS_ADDED);
    for (uint32_t i = 0; i < 4; i++)
        cr_assert(add("a", i + 1, 1, ranks[i]) == MEMBERS_ADDED);
    struct merge_sums sums;
    members_settle(&members);
    cr_assert(merge_sum(&members, &sums) == 0);
    cr_expect(merge_put_missing(&sums, &out) == 5);
    expect_text(&out, "0, 2, 5-7");
    merge_sums_free(&sums);
    merge_put_mean(&out, 20, 3, true);
    expect_text(&out, "6.666");
}

/* A rank of the job "j" of 12 ranks, whose budget is 100 FLOPs. */
static enum members_result add_rank(uint32_t pid, int64_t rank, uint64_t flops, uint32_t job_number)
{
    struct summary summary = process("a", pid, flops);
    summary.job = "j";
    summary.ranks = 12;
    summary.job_number = job_number;
    summary.has_budget = true;
    summary.flop_budget = 100;
    return members_add(&members, &summary, rank);
}

static struct merge_sums settled_sums(void)
{
    struct merge_sums sums;
    members_settle(&members);
    cr_assert(merge_sum(&members, &sums) == 0);
    return sums;
}

Test(merge, the_ranks_of_one_job_have_its_budget_and_its_size)
{
    struct out out = {0};
    cr_assert(add_rank(1, 8, 30, 5) == MEMBERS_ADDED && add_rank(2, 1, 25, 5) == MEMBERS_ADDED);
    cr_assert(add("b", 3, 1000, MEMBER_NO_RANK) == MEMBERS_ADDED); /* what a rank started is none of the job's */
    struct merge_sums sums = settled_sums();
    cr_expect(merge_put_missing(&sums, &out) == 10);
    expect_text(&out, "0, 2-7, 9-11");
    merge_put_remaining(&sums.job, &out, true);
    expect_text(&out, "45");
    cr_expect(sums.job.has_budget && sums.job.ranks == 12);
    merge_sums_free(&sums);
    members_free(&members);

    cr_assert(add_rank(1, 0, 130, 5) == MEMBERS_ADDED);
    sums = settled_sums();
    merge_put_remaining(&sums.job, &out, true);
    expect_text(&out, "-30");
    merge_sums_free(&sums);
}

Test(merge, two_jobs_have_no_common_budget)
{
    for (uint32_t other = 5; other <= 6; other++) { /* another number, or the same rank twice */
        cr_assert(add_rank(1, 8, 30, 6) == MEMBERS_ADDED && add_rank(2, other == 5 ? 1 : 8, 25, other) == MEMBERS_ADDED);
        struct merge_sums sums = settled_sums();
        cr_expect(!sums.job.has_budget && !sums.job.ranks);
        merge_sums_free(&sums);
        members_free(&members);
    }
}

/* A process with so many calls of dgemm, of which so many FLOPs have shape s and the others none. */
static enum members_result add_shape(uint32_t pid, uint64_t flops, const char *shape, uint64_t listed)
{
    struct summary summary = process("a", pid, 2 * flops);
    struct summary_shape row = {.text = shape, .calls = 1, .flop_cost = listed};
    operations[0].calls = 3;
    operations[0].shapes = (struct summary_histogram){
        .recorded = true, .rows = &row, .count = 1, .error_calls = 2, .error_flops = 7};
    enum members_result result = members_add(&members, &summary, MEMBER_NO_RANK);
    operations[0].shapes = (struct summary_histogram){0};
    return result;
}

static void expect_shape(const struct merge_shape *row, const char *routine, const char *shape, uint64_t flops, uint64_t calls,
                         size_t count)
{
    cr_expect_str_eq(row->routine, routine);
    cr_expect(shape ? row->shape && strcmp(row->shape, shape) == 0 : !row->shape);
    cr_expect(row->flop_cost == flops && row->calls == calls && row->members == count);
}

/* dgemm: 10 + 20 + 30 FLOPs in 9 calls, of them 4 + 5 in m=1 and 30 in m=2; ddot has as many, and no shapes. */
Test(merge, shapes_are_added_up_and_what_has_none_is_the_rest)
{
    cr_assert(add_shape(1, 10, "m=1", 4) == MEMBERS_ADDED && add_shape(2, 20, "m=1", 5) == MEMBERS_ADDED);
    cr_assert(add_shape(3, 30, "m=2", 30) == MEMBERS_ADDED);
    struct merge_sums sums = settled_sums();
    cr_assert(sums.has_shapes && sums.shape_count == 4);
    expect_shape(&sums.shapes[0], "ddot", NULL, 60, 3, 3);
    expect_shape(&sums.shapes[1], "dgemm", "m=2", 30, 1, 1);
    expect_shape(&sums.shapes[2], "dgemm", "m=1", 9, 2, 2);
    expect_shape(&sums.shapes[3], "dgemm", NULL, 21, 6, 3);
    cr_expect(sums.shapes[3].error_calls == 6 && sums.shapes[3].error_flops == 21, "what each may have had beyond");
    merge_sums_free(&sums);
}

Test(merge, time_outside_is_of_those_of_which_it_is_known)
{
    for (uint32_t pid = 1; pid <= 3; pid++) {
        struct summary summary = process("a", pid, 10);
        summary.time = (struct summary_time){.wall_ns = pid == 2 ? 0 : 100 * pid, .shim_ns = 10};
        cr_assert(members_add(&members, &summary, pid) == MEMBERS_ADDED);
    }
    struct merge_sums sums = settled_sums();
    const struct merge_spread *spread = &sums.spreads[MERGE_OUTSIDE_NS];
    cr_expect(spread->members == 2 && spread->min == 90 && spread->max == 290 && spread->sum == 380);
    cr_expect(spread->min_at->rank == 1 && spread->max_at->rank == 3);
    merge_sums_free(&sums);
}
