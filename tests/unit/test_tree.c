/* Summaries of process trees: what each process used, how each ended, and when the whole is complete. */
#include "json.h"
#include "json_read.h"
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_read.h"
#include "summary.h"
#include "text.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#define UNDERLINE "============================\n"

static uint32_t python_at;

/* A shell that became python3, a child that was killed, one that failed, and one that counted nothing. */
static void build_tree(struct ledger_build *b)
{
    build_start(b, 1 << 17, 128);
    build_header(b)->scope = LEDGER_SCOPE_TREE;
    struct ledger_process *shell = build_process(b);
    shell->end_reason = LEDGER_END_EXEC;
    shell->uncovered = build_string(b, "static:/opt/a\nstatic:/opt/b");
    build_account(b, build_block(b, LEDGER_ACCOUNTS, 128, 1), 1000, "", false, 0);
    build_tally(b, build_block(b, LEDGER_TALLIES, 64, 1), "", "ddot", 1, 10, 1);

    struct ledger_process *python = build_add_process(b, 4242, "/usr/bin/python3");
    python->exec_number = 1;
    python_at = b->process;
    python->start_monotonic_ns = 2000000000;
    python->end_monotonic_ns = 6000001000;
    strcpy(python->multiplier, "2");
    b->strings = build_block(b, LEDGER_STRINGS, 1, 256);
    build_tally(b, build_block(b, LEDGER_TALLIES, 64, 1), "", "dgemm", 2, 400, 2);
    struct ledger_provider *provider = build_record(b, build_block(b, LEDGER_PROVIDERS, 64, 1));
    provider->path = build_string(b, "/lib/libblas.so.3");
    provider->integer_bits = 32;
    python->refused_calls = 2;
    python->refused_at = 9;
    python->refused_cost = 700;
    python->refused_name = build_string(b, "dgesv");

    struct ledger_process *killed = build_add_process(b, 4243, "worker");
    killed->end_reason = LEDGER_END_UNKNOWN;
    killed->end_monotonic_ns = 0;
    b->strings = build_block(b, LEDGER_STRINGS, 1, 256);
    size_t tallies = build_block(b, LEDGER_TALLIES, 64, 2);
    build_tally(b, tallies, "", "dgemm", 5, 500, 3);
    build_tally(b, tallies, "", "daxpy", 1, 40, 4)->accuracy |= LEDGER_FORGOTTEN;
    provider = build_record(b, build_block(b, LEDGER_PROVIDERS, 64, 2));
    provider->path = build_string(b, "/lib/libblas.so.3");
    killed->uncovered = build_string(b, "static:/opt/b\nstatic:/opt/c");

    struct ledger_process *failed = build_add_process(b, 4300, "worker");
    failed->end_status = 3;
    failed->refused_calls = 1;
    failed->refused_at = 8;
    failed->refused_cost = 800;

    build_add_process(b, 4301, "idle")->threads = 1;
    build_seal(b);
}

static void summarise(struct ledger_build *b, const char *filter, struct summary *s)
{
    struct ledger_view view;
    const char *why = "";
    build_seal(b);
    cr_assert(ledger_check(b->data, b->used, &view, &why) == 0, "%s", why);
    cr_assert(summary_from_ledger(&view, filter, s) == 0);
}

static void release(struct ledger_build *b, struct summary *s)
{
    summary_free(s);
    free(b->data);
}

Test(tree, sums_up_and_lists_who_has_something_to_say)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    summarise(&b, NULL, &s);
    cr_expect(s.is_tree && s.has_budget && s.flop_budget == 1000 && s.calls == 8);
    cr_expect(s.flops_used == 950, "with the 40 that were forgotten");
    cr_assert(s.process_count == 4);
    static const uint32_t pids[] = {4242, 4242, 4243, 4300};
    static const uint64_t used[] = {10, 400, 540, 0}, calls[] = {1, 2, 5, 0};
    static const char *const ends[] = {"exec", "exit", "unknown", "exit"};
    for (int i = 0; i < 4; i++) {
        cr_expect(s.processes[i].pid == pids[i] && s.processes[i].flops_used == used[i] && s.processes[i].calls == calls[i]);
        cr_expect_str_eq(s.processes[i].end_reason, ends[i]);
        cr_expect(!s.processes[i].running);
    }
    cr_expect(s.processes[1].exec_number == 1 && s.processes[1].wall_ns == 4000001000u && s.processes[3].end_status == 3);
    cr_expect(s.complete, "a child that was killed leaves whole counts");
    cr_expect(s.provider_count == 1 && s.providers[0].integer_bits == 32 && s.threads == 9);
    cr_expect_str_eq(s.uncovered, "static:/opt/a\nstatic:/opt/b\nstatic:/opt/c\n");
    cr_expect(s.refused_calls == 3 && s.refused_cost == 700);
    cr_expect_str_eq(s.refused_operation, "dgesv");
    release(&b, &s);
}

Test(tree, is_named_by_the_roots_first_image_and_ends_with_its_last)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    summarise(&b, NULL, &s);
    cr_expect(s.pid == 4242 && s.ppid == 1 && !strcmp(s.multiplier, "1") && s.arguments_bytes == 12);
    cr_expect_str_eq(s.program, "/opt/app");
    cr_expect_str_eq(s.end_reason, "exit");
    cr_expect(s.wall_ns == 6000000000u);
    summary_set_end(&s, "signal", 9); /* as flopshim run does */
    cr_expect_str_eq(s.processes[1].end_reason, "signal");
    cr_expect_str_eq(s.processes[0].end_reason, "exec");
    release(&b, &s);
}

Test(tree, whose_root_was_killed_is_incomplete)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    struct ledger_process *python = (struct ledger_process *)(b.data + python_at);
    python->end_reason = LEDGER_END_UNKNOWN;
    python->end_monotonic_ns = 0;
    summarise(&b, NULL, &s);
    cr_expect(!s.complete && !s.running && s.processes_alive == 0);
    cr_expect_str_eq(s.end_reason, "unknown");
    release(&b, &s);
}

/* Its new image is there: that it said nothing is no loss. */
Test(tree, an_image_that_was_replaced_without_a_word_ended_by_exec)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    struct ledger_process *shell = (struct ledger_process *)(b.data + LEDGER_PAGE + sizeof(struct ledger_block));
    shell->end_reason = LEDGER_END_UNKNOWN;
    shell->end_monotonic_ns = 0;
    summarise(&b, NULL, &s);
    cr_expect_str_eq(s.processes[0].end_reason, "exec");
    cr_expect(s.complete);
    release(&b, &s);
}

Test(tree, of_one_namespace_has_its_processes_shares)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "forward", "dgemv", 1, 7, 5);
    summarise(&b, "forward", &s);
    cr_expect(s.flops_used == 7 && s.process_count == 4 && s.processes[0].flops_used == 0);
    cr_expect(s.processes[3].pid == 4301 && s.processes[3].flops_used == 7);
    release(&b, &s);
}

/* ---- while processes run ---- */

/* The record is of this process. */
static void make_alive(struct ledger_header *header, struct ledger_process *process)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    cr_assert(file && fscanf(file, "%39s", header->boot_id) == 1);
    fclose(file);
    process->pid = (uint32_t)getpid();
    process->start_ticks = 0;
    process->end_reason = LEDGER_END_UNKNOWN;
    process->end_monotonic_ns = 0;
}

static struct out text_of(const struct summary *s)
{
    struct out out = {0};
    summary_text(s, NULL, &out);
    out_bytes(&out, "", 1);
    return out;
}

Test(tree, is_not_complete_while_a_process_runs)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "", "dgemv", 1, 7, 5);
    make_alive(build_header(&b), build_process(&b));
    summarise(&b, NULL, &s);
    cr_expect(!s.complete && !s.running && s.processes_alive == 1 && s.processes[4].running && s.processes[4].wall_ns);
    struct out text = text_of(&s);
    cr_expect(strstr(text.data, "  Incomplete:\n    1 process still runs; this is the count so far\n"), "%s", text.data);
    cr_expect(!strstr(text.data, "without a word") && strstr(text.data, "  [1 call]  still running\n"));
    out_free(&text);
    release(&b, &s);
}

Test(tree, a_running_process_that_counted_nothing_keeps_nothing_open)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    make_alive(build_header(&b), build_process(&b));
    summarise(&b, NULL, &s);
    cr_expect(s.complete && s.processes_alive == 1 && s.process_count == 4);
    release(&b, &s);
}

Test(summary, of_a_running_process_says_so)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 16, 128);
    make_alive(build_header(&b), build_process(&b));
    build_process(&b)->start_monotonic_ns = 5;
    summarise(&b, NULL, &s);
    cr_expect(s.running && !s.complete && s.wall_ns && s.processes[0].running && s.process_count == 1);
    struct out text = text_of(&s);
    cr_expect(strstr(text.data, "    the process is still running; this is its count so far\n"));
    cr_expect(!strstr(text.data, "By process"));
    out_free(&text);
    release(&b, &s);
}

/* ---- text and JSON ---- */

Test(tree, text_has_a_row_for_each_process)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    summarise(&b, NULL, &s);
    s.refused_calls = 0;
    s.provider_count = 0;
    s.processes[0].end_reason = "exhausted";
    struct out text = text_of(&s);
    cr_expect_str_eq(text.data, "flopshim FLOP Budget Summary\n" UNDERLINE "  Total budget:           1,000\n"
                                "  Used:                     950  (95.0%)\n"
                                "  Remaining:                 50  (5.0%)\n"
                                "\n"
                                "  By operation:\n"
                                "    dgemm                     900  (94.7%)  [7 calls]\n"
                                "    ddot                       10  (1.1%)  [1 call]\n"
                                "\n"
                                "  By process:\n"
                                "    worker (pid 4243)           540  (56.8%)  [5 calls]  killed\n"
                                "    python3 (pid 4242)          400  (42.1%)  [2 calls]\n"
                                "    app (pid 4242)               10  (1.1%)  [1 call]  budget exhausted\n"
                                "    worker (pid 4300)             0  (0.0%)  [0 calls]  exit 3\n"
                                "\n"
                                "  Not covered:\n"
                                "    static:/opt/a\n"
                                "    static:/opt/b\n"
                                "    static:/opt/c\n");
    out_free(&text);
    release(&b, &s);
}

Test(tree, text_has_twenty_rows_at_most)
{
    struct ledger_build b;
    struct summary s;
    build_start(&b, 1 << 18, 64);
    build_header(&b)->scope = LEDGER_SCOPE_TREE;
    for (uint32_t i = 0; i < 29; i++) {
        build_add_process(&b, 5000 + i, "w");
        b.strings = build_block(&b, LEDGER_STRINGS, 1, 64);
        build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "", "ddot", 1, 100 + i, i);
    }
    summarise(&b, NULL, &s);
    struct out text = text_of(&s);
    cr_expect(strstr(text.data, "(pid 5028)") && strstr(text.data, "(pid 5009)") && !strstr(text.data, "(pid 5008)"));
    cr_expect(strstr(text.data, "\n    and 10 processes more\n"));
    out_free(&text);
    release(&b, &s);
}

static void expect_way_back(const struct summary *s)
{
    struct summary back;
    struct out json = {0}, before = {0}, after = {0};
    char message[256] = "";
    summary_json(s, &json);
    int result = summary_from_json(json.data, json.length, "x.json", &back, message, sizeof message);
    cr_assert(result == 0, "%s", message);
    summary_text(s, NULL, &before);
    summary_json(s, &before);
    summary_text(&back, NULL, &after);
    summary_json(&back, &after);
    cr_expect(before.length == after.length && memcmp(before.data, after.data, before.length) == 0, "%.*s\n---\n%.*s",
              (int)before.length, before.data, (int)after.length, after.data);
    summary_free(&back);
    out_free(&json);
    out_free(&before);
    out_free(&after);
}

Test(tree, json_reads_back_to_the_same)
{
    struct ledger_build b;
    struct summary s;
    build_tree(&b);
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 1), "", "dgemv", 1, 7, 5);
    make_alive(build_header(&b), build_process(&b));
    ((struct ledger_process *)(b.data + LEDGER_PAGE + sizeof(struct ledger_block)))->arguments[10] = 'e';
    build_process(&b)->incomplete = LEDGER_DOUBTFUL | LEDGER_NO_SPACE;
    summarise(&b, NULL, &s);
    s.flops_used = 917; /* what was forgotten is in no operation, so not read back */
    expect_way_back(&s);
    release(&b, &s);
}

static void expect_complaint(const char *processes, const char *expected)
{
    char json[256], message[256] = "";
    struct summary s;
    snprintf(json, sizeof json, "{\"schema_version\": 1, \"operations\": {}, %s}", processes);
    cr_expect(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == -1);
    cr_expect_str_eq(message, expected);
}

Test(tree, json_that_is_none_is_complained_of)
{
    expect_complaint("\"scope\": \"wood\"", "x.json: scope: expected process or tree, found \"wood\"");
    expect_complaint("\"processes\": {}", "x.json: processes: expected an array, found an object");
    expect_complaint("\"processes\": [7]", "x.json: processes: expected objects, found an integer");
    expect_complaint("\"processes\": [{\"running\": 1}]",
                     "x.json: processes.running: expected true or false, found an integer");
    expect_complaint(
        "\"processes\": [{\"end_reason\": \"fire\"}]",
        "x.json: processes.end_reason: expected exit, exec, signal, exhausted, finalized or unknown, found \"fire\"");
    expect_complaint("\"processes\": [{\"calls\": -1}]",
                     "x.json: processes.calls: expected a whole number from 0 to 2^64-1, found an integer");
}

/* ---- size ---- */

/* 10^4 processes x 100 tallies, each with its own strings and providers: a quadratic step would take minutes. */
Test(tree, of_many_processes_takes_no_quadratic_time, .timeout = 60)
{
    enum { PROCESSES = 10000, TALLIES = 100 };
    struct ledger_build b;
    struct summary s;
    build_start(&b, (size_t)256 << 20, 64);
    build_header(&b)->scope = LEDGER_SCOPE_TREE;
    for (uint32_t i = 0; i < PROCESSES; i++) {
        struct ledger_process *process = build_add_process(&b, 5000 + i, "w");
        b.strings = build_block(&b, LEDGER_STRINGS, 1, 64);
        uint32_t name = build_string(&b, "dgemm");
        char path[32];
        snprintf(path, sizeof path, "/lib/%u.so", i % 7);
        process->uncovered = build_string(&b, path);
        struct ledger_provider *provider = build_record(&b, build_block(&b, LEDGER_PROVIDERS, 64, 1));
        provider->path = process->uncovered;
        size_t block = build_block(&b, LEDGER_TALLIES, 64, TALLIES);
        for (uint32_t j = 0; j < TALLIES; j++) {
            struct ledger_tally *tally = build_record(&b, block);
            *tally = (struct ledger_tally){.operation = name, .flops = 2, .check = 2 + LEDGER_CALL_UNIT, .first_use = j};
        }
    }
    summarise(&b, NULL, &s);
    cr_expect(s.flops_used == 2u * PROCESSES * TALLIES && s.operation_count == 1 && s.process_count == PROCESSES + 1);
    cr_expect(s.processes[77].flops_used == 2 * TALLIES && s.provider_count == 7);
    cr_expect_str_eq(s.uncovered, "/lib/0.so\n/lib/1.so\n/lib/2.so\n/lib/3.so\n/lib/4.so\n/lib/5.so\n/lib/6.so\n");
    struct out text = text_of(&s);
    cr_expect(strstr(text.data, "\n    and 9,981 processes more\n"));
    out_free(&text);
    release(&b, &s);
}
