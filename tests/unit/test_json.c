/* The JSON summary: its text, that jansson reads it whatever bytes went in, the way back into the model, and the
 * complaints about files that are none. */
#include "csv.h"
#include "json.h"
#include "json_read.h"
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_read.h"
#include "summary.h"
#include "text.h"
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>

static void build_example(struct ledger_build *b)
{
    build_start(b, 1 << 16, 1024);
    size_t accounts = build_block(b, LEDGER_ACCOUNTS, 128, 4);
    build_account(b, accounts, 1000, "", false, 0);
    build_account(b, accounts, 500, "forward", true, 0);
    size_t tallies = build_block(b, LEDGER_TALLIES, 64, 8);
    build_nested(build_tally(b, tallies, "", "dgemm", 2, 1234, 2), 7);
    struct ledger_tally *timed = build_tally(b, tallies, "forward", "dgesdd", 1, 100, 1);
    build_timed(timed, 1500000001, 100);
    timed->accuracy = COST_LEADING;
    build_nested(build_tally(b, tallies, "", "drot", 0, 0, 3), 3);
    build_tally(b, tallies, "forward.attn.head", "dgemm", 1, 60, 4);
    build_query(build_tally(b, tallies, "forward", "dgesdd", 2, 0, 0));
    build_query(build_tally(b, tallies, "", "dgeev", 5, 0, 5));
    size_t providers = build_block(b, LEDGER_PROVIDERS, 64, 1);
    struct ledger_provider *provider = build_record(b, providers);
    provider->path = build_string(b, "/lib/libblas.so.3");
    provider->name = build_string(b, "OpenBLAS");
    provider->version = build_string(b, "0.3.21");
    provider->integer_bits = 64;
    struct ledger_process *root = build_process(b);
    root->refused_calls = 3;
    root->refused_cost = UINT64_MAX;
    root->refused_remaining = 12;
    root->refused_name = build_string(b, "zgesv");
    root->uncovered = build_string(b, "static:/opt/app\nx y");
    root->incomplete = LEDGER_DROPPED | LEDGER_UNCOUNTED | LEDGER_UNCLOSED;
    root->dropped_calls = 5;
    root->uncounted_calls = 6;
    root->unclosed_calls = 7;
    root->end_reason = LEDGER_END_SIGNAL;
    root->end_status = 9;
}

static void summarise(struct ledger_build *b, struct summary *s)
{
    struct ledger_view view;
    const char *why = "";
    build_seal(b);
    cr_assert(ledger_check(b->data, b->used, &view, &why) == 0, "%s", why);
    cr_assert(summary_from_ledger(&view, NULL, s) == 0);
}

static void read_back(const struct out *json, struct summary *s)
{
    char message[256] = "";
    int result = summary_from_json(json->data, json->length, "x.json", s, message, sizeof message);
    cr_assert(result == 0, "%s", message);
}

Test(json, is_the_expected_file_to_the_byte)
{
    struct ledger_build b;
    struct summary s;
    struct out out = {0};
    static char expected[8192];
    build_example(&b);
    summarise(&b, &s);
    summary_json(&s, &out);
    FILE *file = fopen(TEST_DATA "/summary.json", "r");
    cr_assert(file);
    size_t length = fread(expected, 1, sizeof expected, file);
    fclose(file);
    cr_expect(length == out.length && memcmp(expected, out.data, length) == 0, "%.*s", (int)out.length, out.data);
    out_free(&out);
    summary_free(&s);
    free(b.data);
}

Test(json, of_a_ledger_reads_back_to_the_same_text_csv_and_json)
{
    struct ledger_build b;
    struct summary s, back;
    struct out json = {0}, before = {0}, after = {0};
    build_example(&b);
    build_process(&b)->arguments[10] = 'e'; /* a byte that is no UTF-8 comes back as a character */
    summarise(&b, &s);
    summary_json(&s, &json);
    read_back(&json, &back);
    summary_text(&s, NULL, &before);
    summary_csv(&s, &before);
    summary_json(&s, &before);
    summary_text(&back, NULL, &after);
    summary_csv(&back, &after);
    summary_json(&back, &after);
    cr_expect(before.length == after.length && memcmp(before.data, after.data, before.length) == 0, "%.*s\n---\n%.*s",
              (int)before.length, before.data, (int)after.length, after.data);
    out_free(&json);
    out_free(&before);
    out_free(&after);
    summary_free(&s);
    summary_free(&back);
    free(b.data);
}

Test(json, counts_of_64_bits_stay_exact)
{
    struct ledger_build b;
    struct summary s, back;
    struct out json = {0};
    build_start(&b, 1 << 16, 256);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 128, 1);
    build_account(&b, accounts, UINT64_MAX - 1, "", false, 0);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 2);
    build_tally(&b, tallies, "", "dgemm", 1, 9223372036854775809u, 1); /* 2^63 + 1 */
    build_tally(&b, tallies, "", "dgemv", 1, 9007199254740993u, 2);    /* 2^53 + 1 */
    summarise(&b, &s);
    summary_json(&s, &json);
    read_back(&json, &back);
    cr_expect(back.flop_budget == UINT64_MAX - 1);
    cr_expect(back.operations[0].flop_cost == 9223372036854775809u && back.operations[1].flop_cost == 9007199254740993u);
    out_free(&json);
    summary_free(&s);
    summary_free(&back);
    free(b.data);
}

Test(json, is_valid_whatever_bytes_went_in)
{
    static const char *const odd[] = {"\xff\xfe", "\xc0\xaf",         "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                      "\xe2\x82", "\"\\\n\t\x01\x7f", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct ledger_build b;
        struct summary s;
        struct out json = {0};
        json_error_t error;
        build_start(&b, 1 << 16, 256);
        size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 1);
        build_tally(&b, tallies, odd[i], odd[i], 1, 1, 1);
        strcpy(build_process(&b)->program, odd[i]);
        memset(build_process(&b)->arguments, 0xe9, 1023); /* cut */
        summarise(&b, &s);
        summary_json(&s, &json);
        json_t *root = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, &error);
        cr_expect(root, "%zu: %s", i, error.text);
        json_decref(root);
        out_free(&json);
        summary_free(&s);
        free(b.data);
    }
}

Test(json, an_invalid_byte_becomes_the_character_of_its_number)
{
    struct summary s = {.version = "",
                        .cost_model = "",
                        .convention = "ops",
                        .multiplier = "1",
                        .end_reason = "exit",
                        .refused_operation = "",
                        .refused_namespace = "",
                        .uncovered = "",
                        .host = "a\xe9",
                        .program = "",
                        .arguments = ""};
    struct out json = {0};
    summary_json(&s, &json);
    cr_expect(memmem(json.data, json.length, "\"host\": \"a\\u00e9\"", 17));
    out_free(&json);
}

static void expect_complaint(const char *json, const char *expected)
{
    struct summary s;
    char message[256] = "";
    cr_expect(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == -1);
    cr_expect_str_eq(message, expected);
}

Test(json_read, names_the_file_the_field_and_what_was_expected)
{
    expect_complaint("[]", "x.json: not a flopshim summary: expected an object, found an array");
    expect_complaint("{}", "x.json: schema_version: expected a whole number from 0 to 2^64-1, found nothing");
    expect_complaint("{\"schema_version\": 3}", "x.json: schema_version: 3 is newer than this flopshim reads (up to 2)");
    expect_complaint("{\"schema_version\": 1}", "x.json: operations: expected an object, found nothing");
    expect_complaint("{\"schema_version\": 1, \"operations\": []}", "x.json: operations: expected an object, found an array");
    expect_complaint("{\"schema_version\": 1, \"operations\": {\"dgemm\": {\"flop_cost\": 1, \"calls\": -1}}}",
                     "x.json: operations.dgemm.calls: expected a whole number from 0 to 2^64-1, found an integer");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"queries\": {\"dgesdd\": \"many\"}}",
                     "x.json: queries.dgesdd: expected a whole number, found a string");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"by_namespace\": {\"f\": {\"queries\": {\"dgesdd\": -1}}}}",
                     "x.json: by_namespace.f.queries.dgesdd: expected a whole number, found an integer");
    expect_complaint("{\"schema_version\": 1, \"operations\": {}, \"flop_budget\": \"much\"}",
                     "x.json: flop_budget: expected a whole number or null, found a string");
    expect_complaint("{\"schema_version\": 1, \"operations\": {}, \"end_reason\": \"fire\"}",
                     "x.json: end_reason: expected exit, exec, signal, exhausted, finalized or unknown, found \"fire\"");
    expect_complaint("{\"schema_version\": 1, \"operations\": {}, \"flop_multiplier\": 0}",
                     "x.json: flop_multiplier: expected a number above 0, found an integer");
}

Test(json_read, has_numbers_of_128_bits)
{
    static const char json[] =
        "{\"schema_version\": 2, \"flop_budget\": 10000000000000000000000001, \"flops_used\": 36893488147419103232, "
        "\"operations\": {\"dgemm\": {\"flop_cost\": 36893488147419103230, \"calls\": 2}, \"dgemv\": {\"flop_cost\": 2, "
        "\"calls\": 1}}}";
    /* As earlier versions wrote it: the sum sticks. */
    static const char stuck[] =
        "{\"schema_version\": 2, \"flops_used\": 18446744073709551615, \"incomplete\": [\"saturated\"], "
        "\"operations\": {\"dgemm\": {\"flop_cost\": 18446744073709551615, \"calls\": 2}, \"dgemv\": "
        "{\"flop_cost\": 2, \"calls\": 1}}}";
    struct summary s;
    char message[256] = "";
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    cr_expect(s.flops_used == (wide)1 << 65 && s.flop_budget == (wide)10000000000000 * 1000000000000 + 1);
    summary_free(&s);
    cr_assert(summary_from_json(stuck, strlen(stuck), "x.json", &s, message, sizeof message) == 0, "%s", message);
    cr_expect(s.flops_used == (wide)UINT64_MAX + 2 && s.incomplete == SUMMARY_SATURATED);
    summary_free(&s);
}

Test(json_read, takes_no_text_for_a_number_and_no_number_for_another)
{
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"flop_budget\": \"12\"}",
                     "x.json: flop_budget: expected a whole number or null, found a string");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"flop_budget\": 340282366920938463463374607431768211456}",
                     "x.json: flop_budget: expected a whole number or null, found an integer");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"process\": {\"host\": 1.23456789012345678}}",
                     "x.json: process.host: expected a string, found a number with a fraction");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"process\": {\"wall_seconds\": \"1.5\"}}",
                     "x.json: process.wall_seconds: expected seconds, found a string");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"process\": {\"wall_seconds\": 18446744074}}",
                     "x.json: process.wall_seconds: expected seconds, found an integer");
    expect_complaint("{\"schema_version\": 2.5 1.5}", "x.json: not valid JSON, line 1: '}' expected near '1.5'");
}

static uint64_t wall_of(const char *seconds)
{
    char json[200], message[256] = "";
    struct summary s;
    snprintf(json, sizeof json, "{\"schema_version\": 2, \"operations\": {}, \"process\": {\"wall_seconds\": %s}}", seconds);
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    uint64_t wall_ns = s.wall_ns;
    summary_free(&s);
    return wall_ns;
}

Test(json_read, seconds_are_exact_to_the_nanosecond)
{
    cr_expect(wall_of("0") == 0 && wall_of("7") == 7000000000 && wall_of("0.5") == 500000000);
    cr_expect(wall_of("18446744073.709551615") == UINT64_MAX && wall_of("9007199254.740993001") == 9007199254740993001);
    cr_expect(wall_of("25e-1") == 2500000000 && wall_of("1E2") == 100000000000);
    cr_expect(wall_of("0.00000000051") == 1); /* to the nearest */
}

static void expect_shown(const char *given, const char *shown)
{
    char json[200], member[100], message[256] = "";
    struct summary s;
    struct out out = {0};
    snprintf(json, sizeof json, "{\"schema_version\": 2, \"operations\": {}, \"flop_multiplier\": %s}", given);
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    int length = snprintf(member, sizeof member, "\"flop_multiplier\": %s,\n", shown);
    summary_json(&s, &out);
    cr_expect(memmem(out.data, out.length, member, (size_t)length), "%s: %.*s", given, (int)out.length, out.data);
    out_free(&out);
    summary_free(&s);
}

Test(json_read, a_multiplier_is_shown_as_it_was_given)
{
    static const char *const kept[] = {"2", "2.50", "1e3", "1E-05", "0.1000000000000000000000001", "12345678901234567890123"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        expect_shown(kept[i], kept[i]);
    expect_shown("1.0", "1");
    expect_complaint("{\"schema_version\": 1, \"operations\": {}, \"flop_multiplier\": 1e-308}",
                     "x.json: flop_multiplier: expected a number above 0, found a number with a fraction");
    expect_complaint("{\"schema_version\": 1, \"operations\": {}, \"flop_multiplier\": \"2\"}",
                     "x.json: flop_multiplier: expected a number above 0, found a string");
}

/* Version 1 counted what was done below in the figures of a namespace with a budget, and in those of no other. */
Test(json_read, of_version_1_has_self_and_total)
{
    static const char json[] =
        "{\"schema_version\": 1, \"operations\": {\"dgemm\": {\"flop_cost\": 60, \"calls\": 3}}, \"by_namespace\": {"
        "\"f\": {\"flop_budget\": 100, \"flops_used\": 30, \"flops_remaining\": 70, \"calls\": 2, \"operations\": {\"dgemm\": "
        "{\"flop_cost\": 10, \"calls\": 1}}}, \"f.a\": {\"flop_budget\": null, \"flops_used\": 20, \"calls\": 1, "
        "\"operations\": "
        "{\"dgemm\": {\"flop_cost\": 20, \"calls\": 1}}}, \"g\": {\"flops_used\": 30, \"calls\": 1, \"operations\": "
        "{\"dgemm\": {\"flop_cost\": 30, \"calls\": 1}}}}}";
    struct summary s;
    char message[256] = "";
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    cr_assert(s.namespace_count == 3);
    cr_expect(s.namespaces[0].self.flops_used == 10 && s.namespaces[0].self.calls == 1);
    cr_expect(s.namespaces[0].total.flops_used == 30 && s.namespaces[0].total.calls == 2);
    cr_expect(s.namespaces[1].self.flops_used == 20 && s.namespaces[1].total.flops_used == 20);
    cr_expect(s.namespaces[2].self.flops_used == 30 && s.namespaces[2].total.calls == 1);
    summary_free(&s);
}

Test(json_read, a_total_that_its_parts_contradict_is_refused)
{
    expect_complaint("{\"schema_version\": 2, \"operations\": {\"a\": {\"flop_cost\": 5, \"calls\": 1, \"queries\": 2}}, "
                     "\"queries\": {\"a\": 3}}",
                     "x.json: queries.a: expected 2, as in operations, found another number");
    expect_complaint(
        "{\"schema_version\": 2, \"operations\": {}, \"by_namespace\": {\"f\": {\"flops_used\": 5, \"calls\": 1, "
        "\"total\": {\"flops_used\": 7, \"calls\": 1}, \"operations\": {\"a\": {\"flop_cost\": 5, \"calls\": 1}}}}}",
        "x.json: by_namespace.f.total.flops_used: expected 5, which its operations and those below it add up to");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"by_namespace\": {\"f\": {\"self\": {\"calls\": \"x\"}}}}",
                     "x.json: by_namespace.f.self.calls: expected 0, which its operations add up to");
    expect_complaint("{\"schema_version\": 2, \"operations\": {}, \"by_namespace\": {\"f\": {\"self\": []}}}",
                     "x.json: by_namespace.f.self: expected an object, found an array");
}

#define SHAPED(shapes)                                                                                       \
    "{\"schema_version\": 2, \"operations\": {\"a\": {\"flop_cost\": 50, \"calls\": 3, \"shapes\": [" shapes \
    "], \"other_shapes\": {\"calls\": 1, \"flop_cost\": 20, \"calls_error\": 1, \"flop_cost_error\": 20}}}}"

Test(json_read, shapes_and_the_others_are_the_operation)
{
    struct summary s;
    char message[256] = "";
    const char *json = SHAPED("{\"dims\": {\"m\": -3, \"side\": \"L\"}, \"calls\": 2, \"flop_cost\": 30}");
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    const struct summary_operation *a = &s.operations[0];
    cr_assert(a->shapes.recorded && a->shapes.count == 1 && a->shapes.error_calls == 1 && a->shapes.error_flops == 20);
    cr_expect_str_eq(a->shapes.rows[0].text, "m=-3 side=L");
    cr_expect(a->shapes.rows[0].calls == 2 && a->shapes.rows[0].flop_cost == 30);
    summary_free(&s);
    expect_complaint(SHAPED("{\"dims\": {\"m\": 3}, \"calls\": 3, \"flop_cost\": 30}"),
                     "x.json: operations.a.shapes: expected the 3 of calls in all, found 4");
    expect_complaint(SHAPED(""), "x.json: operations.a.shapes: expected the 3 of calls in all, found 1");
    expect_complaint(
        SHAPED("{\"dims\": {\"m\": 1.5}, \"calls\": 2, \"flop_cost\": 30}"),
        "x.json: operations.a.shapes[0].dims: expected whole numbers and capital letters by name, found something else");
    expect_complaint(
        SHAPED("{\"dims\": {\"a b\": 1}, \"calls\": 2, \"flop_cost\": 30}"),
        "x.json: operations.a.shapes[0].dims: expected whole numbers and capital letters by name, found something else");
    expect_complaint(SHAPED("{\"dims\": [], \"calls\": 2, \"flop_cost\": 30}"),
                     "x.json: operations.a.shapes[0].dims: expected an object, found an array");
    expect_complaint(SHAPED("7"), "x.json: operations.a.shapes[0]: expected an object, found an integer");
}

#define CALLED(callers)                                                                                        \
    "{\"schema_version\": 2, \"operations\": {\"a\": {\"flop_cost\": 50, \"calls\": 3, \"callers\": [" callers \
    "], \"other_callers\": {\"calls\": 1, \"flop_cost\": 20, \"calls_error\": 1, \"flop_cost_error\": 20}}}}"

Test(json_read, callers_and_the_others_are_the_operation)
{
    struct summary s;
    char message[256] = "";
    const char *json = CALLED("{\"object\": \"/opt/app\", \"build_id\": \"00ff\", \"address\": 4660, \"function\": \"solve\", "
                              "\"calls\": 2, \"flop_cost\": 30}");
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    cr_assert(s.operations[0].callers.recorded && s.operations[0].callers.count == 1 && !s.operations[0].shapes.recorded);
    const struct summary_caller *caller = s.operations[0].callers.rows[0].caller;
    cr_expect_str_eq(caller->object, "/opt/app");
    cr_expect_str_eq(caller->build, "00ff");
    cr_expect_str_eq(caller->function, "solve");
    cr_expect(caller->address == 4660 && !*caller->file && !caller->line);
    summary_free(&s);
    expect_complaint(CALLED("{\"address\": -1, \"calls\": 2, \"flop_cost\": 30}"),
                     "x.json: operations.a.callers[0].address: expected a whole number from 0 to 2^64-1, found an integer");
    expect_complaint(CALLED("{\"object\": 7, \"calls\": 2, \"flop_cost\": 30}"),
                     "x.json: operations.a.callers[0].object: expected a string, found an integer");
    expect_complaint(CALLED("{\"calls\": 2, \"flop_cost\": 31}"),
                     "x.json: operations.a.callers: expected the 50 of flop_cost in all, found 51");
}

Test(json_read, ignores_what_it_does_not_know)
{
    static const char json[] = "{\"schema_version\": 1, \"operations\": {\"dgemm\": {\"flop_cost\": 18446744073709551615,"
                               " \"calls\": 2, \"new\": [1]}}, \"later\": {\"x\": \"12345678901234567890123\"}}";
    struct summary s;
    char message[256] = "";
    cr_assert(summary_from_json(json, strlen(json), "x.json", &s, message, sizeof message) == 0, "%s", message);
    cr_expect(s.flops_used == UINT64_MAX && s.calls == 2 && !s.has_budget && !strcmp(s.multiplier, "1") && !s.complete);
    summary_free(&s);
}

Test(json_read, a_file_cut_anywhere_is_refused)
{
    struct ledger_build b;
    struct summary s, back;
    struct out json = {0};
    char message[256];
    build_example(&b);
    summarise(&b, &s);
    summary_json(&s, &json);
    for (size_t length = 0; length < json.length - 2; length++)
        cr_expect(summary_from_json(json.data, length, "x.json", &back, message, sizeof message) == -1);
    out_free(&json);
    summary_free(&s);
    free(b.data);
}

Test(json_read, any_changed_byte_is_survived)
{
    struct ledger_build b;
    struct summary s, back;
    struct out json = {0};
    char message[256];
    build_example(&b);
    summarise(&b, &s);
    summary_json(&s, &json);
    for (size_t at = 0; at < json.length; at++)
        for (const char *with = "\"{}[]:,9-.x\\\xff"; *with; with++) {
            char kept = json.data[at];
            json.data[at] = *with;
            if (summary_from_json(json.data, json.length, "x.json", &back, message, sizeof message) == 0) {
                struct out text = {0};
                summary_text(&back, NULL, &text);
                summary_json(&back, &text);
                out_free(&text);
                summary_free(&back);
            }
            json.data[at] = kept;
        }
    out_free(&json);
    summary_free(&s);
    free(b.data);
}
