/* The text summary, to the byte. Expected texts are written by hand from interface.md's sample. */
#include "csv.h"
#include "launcher.h"
#include "ledger.h"
#include "output.h"
#include "templates.h"
#include "text.h"
#include "text_rows.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNDERLINE "============================\n"
#define NOTHING_SEEN \
    "\n  No BLAS call was seen: nothing was computed through BLAS, or it was out of sight\n  (NOT SEEN in `man flopshim`)\n"

static const struct summary base = {
    .version = "0.1.0",
    .cost_model = "flopshim-1",
    .convention = "ops",
    .multiplier = "1",
    .complete = true,
    .end_reason = "exit",
    .refused_operation = "",
    .refused_namespace = "",
    .uncovered = "",
    .host = "node1",
    .program = "/opt/my app",
    .arguments = "",
    .pid = 4242,
    .start_realtime_ns = 1709210096123456789u,
};

static void expect_text(const struct summary *s, const char *label, const char *expected)
{
    struct out out = {0};
    summary_text(s, label, &out);
    out_bytes(&out, "", 1);
    cr_expect_str_eq(out.data, expected);
    out_free(&out);
}

Test(text, is_the_sample_of_the_contract)
{
    struct summary_operation dgemv = {.name = "dgemv", .flop_cost = 131072, .calls = 1};
    struct summary s = base;
    s.has_budget = true;
    s.flop_budget = 10000000;
    s.flops_used = 131072;
    s.operations = &dgemv;
    s.operation_count = 1;
    expect_text(&s, "forward",
                "flopshim FLOP Budget Summary [forward]\n"
                "======================================\n"
                "  Total budget:      10,000,000\n"
                "  Used:                 131,072  (1.3%)\n"
                "  Remaining:          9,868,928  (98.7%)\n"
                "\n"
                "  By operation:\n"
                "    dgemv                 131,072  (100.0%)  [1 call]\n");
}

Test(text, rows_are_sorted_by_cost_and_ties_stay_in_order_of_first_use)
{
    struct summary_operation operations[] = {
        {.name = "zaxpy", .flop_cost = 10, .calls = 2},
        {.name = "daxpy", .flop_cost = 10, .calls = 1000},
        {.name = "dgemm", .flop_cost = 20, .calls = 1},
        {.name = "dscal", .flop_cost = 0, .calls = 1},
    };
    struct summary s = base;
    s.flops_used = 40;
    s.operations = operations;
    s.operation_count = 4;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:       unlimited\n"
                "  Used:                      40\n"
                "\n"
                "  By operation:\n"
                "    dgemm                      20  (50.0%)  [1 call]\n"
                "    zaxpy                      10  (25.0%)  [2 calls]\n"
                "    daxpy                      10  (25.0%)  [1,000 calls]\n"
                "    dscal                       0  (0.0%)  [1 call]\n");
}

Test(text, of_nothing_used_is_the_full_table_with_zeros)
{
    struct summary s = base;
    s.has_budget = true;
    s.flop_budget = 1000;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:           1,000\n"
                "  Used:                       0  (0.0%)\n"
                "  Remaining:              1,000  (100.0%)\n"
                "\n"
                "  By operation:\n" NOTHING_SEEN);
}

Test(text, of_refused_or_nested_calls_only_does_not_say_that_none_was_seen)
{
    struct summary s[3] = {base, base, base};
    struct summary_operation query = {.name = "dgesdd", .calls = 1};
    s[0].refused_calls = 1;
    s[0].refused_operation = "dgemm";
    s[1].nested_calls = 1;
    s[2].operations = &query;
    s[2].operation_count = 1;
    for (int i = 0; i < 3; i++) {
        struct out out = {0};
        summary_text(&s[i], NULL, &out);
        cr_expect(!memmem(out.data, out.length, "No BLAS call", 12), "%d", i);
        out_free(&out);
    }
}

Test(text, long_numbers_push_columns_and_are_never_cut)
{
    struct summary_operation operations[] = {
        {.name = "dgemm", .flop_cost = 1234567890123456789, .calls = 3},
        {.name = "a_name_of_twenty_one_", .flop_cost = 1, .calls = 1},
    };
    struct summary s = base;
    s.has_budget = true;
    s.flop_budget = UINT64_MAX - 1;
    s.flops_used = 1234567890123456790;
    s.operations = operations;
    s.operation_count = 2;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:  18,446,744,073,709,551,614\n"
                "  Used:           1,234,567,890,123,456,790  (6.7%)\n"
                "  Remaining:     17,212,176,183,586,094,824  (93.3%)\n"
                "\n"
                "  By operation:\n"
                "    dgemm                 1,234,567,890,123,456,789  (100.0%)  [3 calls]\n"
                "    a_name_of_twenty_one_                         1  (0.0%)  [1 call]\n");
}

Test(text, an_overrun_is_a_negative_remainder)
{
    struct summary_operation dgemm = {.name = "dgemm", .flop_cost = 2234, .calls = 2};
    struct summary s = base;
    s.has_budget = true;
    s.flop_budget = 1000;
    s.flops_used = 2234;
    s.operations = &dgemm;
    s.operation_count = 1;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:           1,000\n"
                "  Used:                   2,234  (223.4%)\n"
                "  Remaining:             -1,234  (-123.4%)\n"
                "\n"
                "  By operation:\n"
                "    dgemm                   2,234  (100.0%)  [2 calls]\n");
}

Test(text, namespaces_show_themselves_what_is_below_and_their_budgets)
{
    struct summary_operation dgemm = {.name = "dgemm", .flop_cost = 4000, .calls = 13};
    struct summary_namespace namespaces[] = {
        {.name = "", .self = {1000, 1}, .total = {1000, 1}},
        {.name = "forward", .has_budget = true, .flop_budget = 5000, .self = {1500, 8}, .total = {2000, 10}},
        {.name = "forward.attn", .self = {500, 2}, .total = {500, 2}},
        {.name = "back", .has_budget = true, .flop_budget = 900, .self = {1000, 2}, .total = {1000, 2}},
    };
    struct summary s = base;
    s.flops_used = 4000;
    s.operations = &dgemm;
    s.operation_count = 1;
    s.namespaces = namespaces;
    s.namespace_count = 4;
    expect_text(
        &s, NULL,
        "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:       unlimited\n"
        "  Used:                   4,000\n"
        "\n"
        "  By operation:\n"
        "    dgemm                   4,000  (100.0%)  [13 calls]\n"
        "\n"
        "  By namespace:              self                total\n"
        "    forward                 1,500  (37.5%)       2,000  (50.0%)  [8 calls; 10 in total]  of 5,000, 3,000 left\n"
        "    (unlabelled)            1,000  (25.0%)       1,000  (25.0%)  [1 call]\n"
        "    back                    1,000  (25.0%)       1,000  (25.0%)  [2 calls]  of 900, 100 over\n"
        "    forward.attn              500  (12.5%)         500  (12.5%)  [2 calls]\n");
}

/* The header names the only one in which something was done; those above it say no more. */
Test(text, one_namespace_is_in_the_header_and_not_those_above_it)
{
    struct summary_operation dgemm = {.name = "dgemm", .flop_cost = 20, .calls = 1};
    struct summary_namespace namespaces[] = {
        {.name = "net", .total = {20, 1}},
        {.name = "net.layer", .self = {20, 1}, .total = {20, 1}},
    };
    struct summary s = base;
    s.flops_used = 20;
    s.operations = &dgemm;
    s.operation_count = 1;
    s.namespaces = namespaces;
    s.namespace_count = 2;
    cr_expect_str_eq(summary_label(&s), "net.layer");
    expect_text(&s, "net.layer",
                "flopshim FLOP Budget Summary [net.layer]\n"
                "========================================\n"
                "  Total budget:       unlimited\n"
                "  Used:                      20\n"
                "\n"
                "  By operation:\n"
                "    dgemm                      20  (100.0%)  [1 call]\n");
}

Test(text, long_namespaces_push_both_columns)
{
    struct summary_operation dgemm = {.name = "dgemm", .flop_cost = 1234567890123456789, .calls = 3};
    struct summary_namespace namespaces[] = {
        {.name = "a", .total = {1234567890123456789, 3}},
        {.name = "a.namespace_of_26_letters_", .self = {1234567890123456789, 3}, .total = {1234567890123456789, 3}},
        {.name = "b", .self = {0, 1}, .total = {0, 1}},
    };
    struct summary s = base;
    s.flops_used = 1234567890123456789;
    s.operations = &dgemm;
    s.operation_count = 1;
    s.namespaces = namespaces;
    s.namespace_count = 3;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:                  unlimited\n"
                "  Used:          1,234,567,890,123,456,789\n"
                "\n"
                "  By operation:\n"
                "    dgemm            1,234,567,890,123,456,789  (100.0%)  [3 calls]\n"
                "\n"
                "  By namespace:                                     self                                total\n"
                "    a                                                  0  (0.0%)    "
                "1,234,567,890,123,456,789  (100.0%)  [0 calls; 3 in total]\n"
                "    a.namespace_of_26_letters_ 1,234,567,890,123,456,789  (100.0%)  "
                "1,234,567,890,123,456,789  (100.0%)  [3 calls]\n"
                "    b                                                  0  (0.0%)    "
                "                        0  (0.0%)  [1 call]\n");
}

Test(text, every_section_says_its_piece)
{
    struct summary_operation operations[] = {
        {.name = "dgesdd",
         .flop_cost = 900000000,
         .calls = 2,
         .elapsed_ns = 1500000000,
         .timed_flops = 900000000,
         .queries = 2,
         .accuracy = 1},
        {.name = "dgemm",
         .flop_cost = 100000000,
         .calls = 1,
         .elapsed_ns = 500000,
         .timed_flops = 26214400,
         .nested_calls = 1200},
        {.name = "drot", .nested_calls = 34},
        {.name = "dgeev", .queries = 1001},
    };
    struct summary s = base;
    s.flops_used = 1000000000;
    s.operations = operations;
    s.operation_count = 4;
    s.queries = 1003;
    s.accuracy_flops[0] = 100000000;
    s.accuracy_flops[1] = 900000000;
    s.nested_calls = 1234;
    s.refused_calls = 3;
    s.refused_operation = "zgesv";
    s.refused_cost = 2000000;
    s.refused_remaining = 1234;
    s.refused_namespace = "forward";
    s.multiplier = "2.50";
    s.convention = "fma";
    s.uncovered = "static:/opt/app\ndeepbind:/opt/x.so";
    s.complete = false;
    s.end_reason = "unknown";
    s.incomplete = 15 | LEDGER_UNCLOSED;
    s.dropped_calls = 1;
    s.uncounted_calls = 4321;
    s.unclosed_calls = 2;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:       unlimited\n"
                "  Used:           1,000,000,000\n"
                "\n"
                "  By operation:\n"
                "    dgesdd            900,000,000  (90.0%)  [2 calls]\n"
                "    dgemm             100,000,000  (10.0%)  [1 call]\n"
                "\n"
                "  Time by operation (of calls with 92.6% of the FLOPs):\n"
                "    dgesdd             1.500000 s  (100.0%)  [0.60 GFLOP/s]\n"
                "    dgemm              0.000500 s  (0.0%)  [52.43 GFLOP/s]\n"
                "\n"
                "  Refused calls:              3\n"
                "    last: zgesv would cost 2,000,000 FLOPs but only 1,234 remained [forward]\n"
                "\n"
                "  Nested calls:           1,234  (forwarded, not charged)\n"
                "    dgemm                   1,200\n"
                "    drot                       34\n"
                "\n"
                "  Workspace queries:      1,003  (no calls, not charged)\n"
                "    dgeev                   1,001\n"
                "    dgesdd                      2\n"
                "\n"
                "  Accuracy:\n"
                "    exact             100,000,000  (10.0%)\n"
                "    leading order     900,000,000  (90.0%)\n"
                "\n"
                "  Counted with:\n"
                "    multiplier 2.50 (each call's cost times this, truncated)\n"
                "    convention fma (a multiply-add pair is 1 FLOP)\n"
                "\n"
                "  Not covered:\n"
                "    static:/opt/app\n"
                "    deepbind:/opt/x.so\n"
                "\n"
                "  Incomplete:\n"
                "    the process ended without a word (killed?); this is its count up to then\n"
                "    there was no space for the ledger's file; counts were kept in memory\n"
                "    1 call left out: more routines and namespaces than the ledger holds\n"
                "    two providers answered for one symbol; the first one was called\n"
                "    4,321 calls left out: made before counting could start\n"
                "    2 calls at most left out: of threads that could not be waited for at the end\n");
}

Test(text, says_how_the_process_was_ended)
{
    struct summary s = base;
    s.end_reason = "signal";
    s.end_status = 9;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:       unlimited\n"
                "  Used:                       0\n"
                "\n"
                "  By operation:\n" NOTHING_SEEN "\n"
                "  Ended by signal 9\n");
}

/* Of 60 calls of dgemm's 7 shapes, 5 calls are of none that is listed. */
Test(text, top_shapes_and_what_is_not_among_them)
{
    struct summary_shape shapes[] = {{"m=9 n=9", 10, 4000, NULL}, {"m=8 n=8", 9, 1000, NULL}, {"m=7 n=7", 8, 900, NULL},
                                     {"m=6 n=6", 8, 800, NULL},   {"m=5 n=5", 7, 700, NULL},  {"m=4 n=4", 7, 600, NULL},
                                     {"m=3 n=3", 6, 500, NULL}};
    struct summary_shape none = {"", 1, 10, NULL};
    struct summary_operation operations[] = {
        {.name = "drotg", .flop_cost = 10, .calls = 1, .shapes = {.recorded = true, .rows = &none, .count = 1}},
        {.name = "my_op", .flop_cost = 90, .calls = 1},
        {.name = "dgemm",
         .flop_cost = 9900,
         .calls = 60,
         .shapes = {.recorded = true, .rows = shapes, .count = 7, .error_calls = 2, .error_flops = 1234}}};
    struct summary s = base;
    s.flops_used = 10000;
    s.operations = operations;
    s.operation_count = 3;
    expect_text(&s, NULL,
                "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:       unlimited\n"
                "  Used:                  10,000\n"
                "\n"
                "  By operation:\n"
                "    dgemm                   9,900  (99.0%)  [60 calls]\n"
                "    my_op                      90  (0.9%)  [1 call]\n"
                "    drotg                      10  (0.1%)  [1 call]\n"
                "\n"
                "  Top shapes:\n"
                "    dgemm                   4,000  (40.0%)  [10 calls]  m=9 n=9\n"
                "    dgemm                   1,000  (10.0%)  [9 calls]  m=8 n=8\n"
                "    dgemm                     900  (9.0%)  [8 calls]  m=7 n=7\n"
                "    dgemm                     800  (8.0%)  [8 calls]  m=6 n=6\n"
                "    dgemm                     700  (7.0%)  [7 calls]  m=5 n=5\n"
                "    dgemm                   1,100  (11.0%)  [13 calls]  (2 shapes more)\n"
                "    dgemm                   1,400  (14.0%)  [5 calls]  (others, each at most 2 calls and 1,234 FLOPs)\n"
                "    drotg                      10  (0.1%)  [1 call]  (no dimensions)\n");
}

Test(text, no_control_character_reaches_the_terminal)
{
    struct summary_operation evil = {.name = "\033[2Jx", .flop_cost = 1, .calls = 1};
    struct summary s = base;
    struct out out = {0};
    s.operations = &evil;
    s.operation_count = 1;
    summary_text(&s, "a\nb", &out);
    cr_expect(!memchr(out.data, 033, out.length) && !memmem(out.data, out.length, "a\nb", 3));
    out_free(&out);
}

/* Terminals show nothing, or anything, for a surrogate, and a column is as wide as what is shown. */
Test(text, what_is_no_character_is_a_question_mark_and_as_wide)
{
    struct out out = {0};
    text_put_name(&out, "a\xed\xa0\x80z\xe2\x82\xac");
    out_bytes(&out, "", 1);
    cr_expect_str_eq(out.data, "a???z\xe2\x82\xac");
    out_free(&out);
    cr_expect(text_width("a\xed\xa0\x80z\xe2\x82\xac") == 6);
}

Test(csv, has_a_row_for_each_operation_of_each_namespace)
{
    struct summary_operation operations[] = {
        {.name = "dgemm", .flop_cost = 20, .calls = 2, .elapsed_ns = 1500, .timed_flops = 10},
        {.name = "odd,\"one\"", .flop_cost = 1, .calls = 1, .accuracy = 2},
        {.name = "drot", .nested_calls = 5},
        {.name = "dgeev", .queries = 3},
    };
    struct summary_namespace namespaces[] = {
        {.name = "", .operations = operations, .operation_count = 1},
        {.name = "a,b", .operations = operations + 1, .operation_count = 3},
    };
    struct summary s = base;
    struct out out = {0};
    s.namespaces = namespaces;
    s.namespace_count = 2;
    summary_csv(&s, &out);
    out_bytes(&out, "", 1);
    cr_expect_str_eq(out.data, "namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy,queries\n"
                               ",dgemm,2,20,0.000001500,10,exact,0\n"
                               "\"a,b\",\"odd,\"\"one\"\"\",1,1,0.000000000,0,estimate,0\n"
                               "\"a,b\",dgeev,0,0,0.000000000,0,exact,3\n");
    out_free(&out);
}

Test(csv, has_a_row_for_each_shape_and_one_for_the_rest)
{
    struct summary_shape shapes[] = {{"m=9 side=L", 2, 40, NULL}, {"m=8 side=R", 1, 5, NULL}};
    struct summary_operation operations[] = {{.name = "dtrsm",
                                              .flop_cost = 50,
                                              .calls = 7,
                                              .elapsed_ns = 9,
                                              .timed_flops = 40,
                                              .queries = 1,
                                              .shapes = {.recorded = true, .rows = shapes, .count = 2}},
                                             {.name = "my_op", .flop_cost = 90, .calls = 1}};
    struct summary_namespace ns = {.name = "f", .operations = operations, .operation_count = 2};
    struct summary s = base;
    struct out out = {0};
    s.operations = operations;
    s.operation_count = 2;
    s.namespaces = &ns;
    s.namespace_count = 1;
    summary_csv(&s, &out);
    out_bytes(&out, "", 1);
    cr_expect_str_eq(out.data, "namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy,queries,shape\n"
                               "f,dtrsm,2,40,,,exact,,m=9 side=L\n"
                               "f,dtrsm,1,5,,,exact,,m=8 side=R\n"
                               "f,dtrsm,4,5,0.000000009,40,exact,1,\n"
                               "f,my_op,1,90,0.000000000,0,exact,0,\n");
    out_free(&out);
}

static void expect_path(const char *template, const char *expected)
{
    char path[256];
    cr_assert(output_expand(template, &base, path, sizeof path) == 0);
    cr_expect_str_eq(path, expected);
}

Test(output, templates_are_expanded)
{
    static const char *const variables[] = {
        "OMPI_COMM_WORLD_RANK", "PMI_RANK",  "PMIX_RANK",     "SLURM_PROCID", "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID",
        "SLURM_ARRAY_TASK_ID",  "PMI_JOBID", "PMIX_NAMESPACE"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    expect_path("flopshim.%e.%p.txt", "flopshim.my app.4242.txt");
    expect_path("out/%h-%t.json", "out/node1-20240229T123456.json");
    expect_path("%r/%j/100%%/%z%", "0/4242/100%/%z%");
    setenv("PMI_RANK", "17", 1);
    setenv("PBS_JOBID", "../../evil", 1);
    expect_path("%r.%j", "17..._.._evil");
}

/* Each case by the launcher's own documentation. */
Test(output, ranks_and_jobs_are_what_launchers_say)
{
    static const struct {
        const char *variables[5];
        int64_t rank;
        const char *job;
    } cases[] = {
        {{"OMPI_COMM_WORLD_RANK=3", "PMIX_RANK=3", "PMIX_NAMESPACE=117"}, 3, "117"},
        {{"PMI_RANK=2", "PMI_SIZE=4"}, 2, NULL},
        {{"SLURM_PROCID=5", "SLURM_NTASKS=8", "SLURM_JOB_ID=77"}, 5, "77"},
        {{"SLURM_PROCID=0", "SLURM_ARRAY_TASK_ID=9", "SLURM_ARRAY_JOB_ID=70", "SLURM_JOB_ID=79"}, 9, "70"},
        {{"SLURM_PROCID=1", "SLURM_ARRAY_TASK_ID=9", "SLURM_ARRAY_JOB_ID=70", "SLURM_JOB_ID=79", "SLURM_NTASKS=2"}, 1, "79"},
        {{"RANK=6", "WORLD_SIZE=8", "TORCHELASTIC_RUN_ID=none"}, 6, "none"},
        {{"RANK=6"}, LAUNCHER_NO_RANK, NULL},
        {{"PMI_RANK=x"}, LAUNCHER_NO_RANK, NULL},
        {{"PMI_RANK=1234567890"}, LAUNCHER_NO_RANK, NULL},
        {{NULL}, LAUNCHER_NO_RANK, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clearenv();
        for (int j = 0; j < 5 && cases[i].variables[j]; j++)
            putenv((char *)(uintptr_t)cases[i].variables[j]);
        const char *job = launcher_job_text();
        cr_expect(launcher_rank() == cases[i].rank, "case %zu: rank %ld", i, (long)launcher_rank());
        cr_expect(job ? cases[i].job && !strcmp(job, cases[i].job) : !cases[i].job, "case %zu: job %s", i, job);
    }
}

Test(output, a_path_that_does_not_fit_is_an_error)
{
    char path[8];
    cr_expect(output_expand("1234567", &base, path, sizeof path) == 0);
    cr_expect(output_expand("12345678", &base, path, sizeof path) == -1);
}

Test(output, the_list_is_split_at_commas)
{
    const char *list = "a.txt, b.json,,none ,";
    char item[32];
    cr_expect(templates_next(&list, item, sizeof item) && strcmp(item, "a.txt") == 0);
    cr_expect(templates_next(&list, item, sizeof item) && strcmp(item, "b.json") == 0);
    cr_expect(templates_next(&list, item, sizeof item) && strcmp(item, "none") == 0);
    cr_expect(!templates_next(&list, item, sizeof item));
}

static char folder[64];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/flopshim-test-XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void leave_folder(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(chdir("/tmp") == 0 && system(command) == 0);
}

static int write_all(const char *templates, bool again, char first[256])
{
    return output_write_all(&(struct output_order){.templates = templates, .again = again}, &base, first, 256);
}

Test(output, a_second_write_replaces_ours_and_nobody_elses, .init = enter_folder, .fini = leave_folder)
{
    char first[256];
    cr_assert(system("echo theirs >x.txt") == 0);
    cr_expect(write_all("x.txt,none,y.json", false, first) == 0);
    cr_expect_str_eq(first, "x.1.txt, y.json");
    cr_expect(write_all("x.txt,y.json", true, first) == 0);
    cr_expect_str_eq(first, "x.1.txt, y.json");
    cr_expect(write_all("x.txt", false, first) == 0);
    cr_expect_str_eq(first, "x.2.txt");
    cr_expect(write_all("none,./in/x.txt", false, first) == 0);
    cr_expect_str_eq(first, "./in/x.txt");
    cr_expect(system("test \"$(echo *)\" = 'in x.1.txt x.2.txt x.txt y.json' && grep -q theirs x.txt") == 0);
}

Test(output, what_cannot_be_written_is_shown_on_stderr, .init = enter_folder, .fini = leave_folder)
{
    char first[256];
    cr_assert(system("touch file") == 0);
    cr_assert(freopen("err", "w", stderr));
    cr_expect(write_all("file/x.txt", false, first) == -1);
    fflush(stderr);
    cr_expect_str_eq(first, "");
    cr_expect(system("grep -qx 'flopshim: cannot write the summary to file/x.txt (not a folder); it follows here' err && "
                     "grep -q 'Total budget:       unlimited' err") == 0);
}
