/* What a ledger has of callers and of the log of calls: added up, as text, and as a trace. */
#include "calls.h"
#include "ledger_build.h"
#include "ledger_check.h"
#include "summary.h"
#include "summary_callers.h"
#include "text_callers.h"
#include "trace.h"
#include <criterion/criterion.h>

static void summarise(struct ledger_build *b, struct summary *s)
{
    static struct ledger_view view; /* a summary has strings of it */
    const char *why = "";
    build_seal(b);
    cr_assert(ledger_check(b->data, b->used, &view, &why) == 0, "%s", why);
    cr_assert(summary_from_ledger(&view, NULL, s) == 0);
}

static void expect_out(struct out *out, const char *wanted)
{
    cr_expect(!out->failed && out->length == strlen(wanted) && !memcmp(out->data, wanted, out->length),
              "got:\n%.*sexpected:\n%s", (int)out->length, out->data, wanted);
    out_free(out);
}

static void add_native(struct ledger_build *b, size_t block, const struct ledger_tally *tally, int64_t address, uint64_t calls,
                       uint64_t flops)
{
    struct ledger_shape *caller = build_shape(b, block, tally, "", calls, flops);
    caller->values[LEDGER_CALLER_ADDRESS] = address;
    build_dims(caller, build_string(b, "/opt/app"), build_string(b, "00ff"), 0, 0);
}

static void add_script(struct ledger_build *b, size_t block, const struct ledger_tally *tally, int64_t line, uint64_t calls,
                       uint64_t flops)
{
    struct ledger_shape *caller = build_shape(b, block, tally, "", calls, flops);
    caller->values[LEDGER_CALLER_FILE] = build_string(b, "/home/train.py");
    caller->values[LEDGER_CALLER_LINE] = line;
    caller->values[LEDGER_CALLER_FUNCTION] = build_string(b, "step");
    build_dims(caller, 0, 0, 2, 40);
}

/* Two threads that call dgemm and one dtrsm; 1 of 16 calls of dgemm, and 40 of 1300 FLOPs, are of no caller that has a record.
 */
Test(callers, add_up_over_threads_namespaces_and_operations)
{
    struct ledger_build b;
    struct summary s;
    struct callers callers;
    struct out out = {0};
    build_start(&b, 1 << 16, 1024);
    build_header(&b)->detail = LEDGER_DETAIL_CALLERS;
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 3), records = build_block(&b, LEDGER_CALLERS, 128, 8);
    struct ledger_tally *first = build_tally(&b, tallies, "a", "dgemm", 10, 1000, 1);
    struct ledger_tally *second = build_tally(&b, tallies, "", "dgemm", 6, 300, 2);
    struct ledger_tally *other = build_tally(&b, tallies, "a", "dtrsm", 2, 70, 3);
    add_native(&b, records, first, 0x1234, 10, 1000);
    add_native(&b, records, second, 0x1234, 1, 60);
    add_script(&b, records, second, 12, 4, 200);
    add_script(&b, records, other, 12, 2, 70);
    summarise(&b, &s);
    cr_assert(callers_open(&callers, &s) && callers.count == 2);
    cr_expect(callers.uses[0].calls == 11 && callers.uses[0].flop_cost == 1060 && callers.uses[0].count == 1);
    cr_expect(callers.uses[1].calls == 6 && callers.uses[1].flop_cost == 270 && callers.uses[1].count == 2);
    cr_expect_str_eq(callers.cells[callers.uses[1].first].operation->name, "dgemm");
    cr_expect(callers.others.calls == 1 && callers.others.flops_used == 40);
    cr_expect(callers.error_calls == 1 && callers.error_flops == 40);
    callers_close(&callers);
    text_callers(&s, &out);
    expect_out(&out, "\n  By caller:\n"
                     "           1,060  (77.4%)  [11 calls]  app+0x1234\n"
                     "             270  (19.7%)  [6 calls]  /home/train.py:12 (step)\n"
                     "              40  (2.9%)  [1 call]  (others, each at most 1 call and 40 FLOPs)\n");
    summary_free(&s);
    free(b.data);
}

/* Five calls of a thread: two in a.b, one in a, one inside of that one which has not ended, one in none. */
static void build_log(struct ledger_build *b)
{
    build_start(b, 1 << 16, 1024);
    build_header(b)->detail = LEDGER_DETAIL_CALLS;
    size_t tallies = build_block(b, LEDGER_TALLIES, 64, 3), calls = build_block(b, LEDGER_CALLS, 128, 8);
    struct ledger_tally *inner = build_tally(b, tallies, "a.b", "dgemm", 2, 0, 1);
    struct ledger_tally *outer = build_tally(b, tallies, "a", "dgemm", 2, 0, 2);
    struct ledger_tally *none = build_tally(b, tallies, "", "ddot", 1, 0, 3);
    build_call(b, calls, none, 9, 9000, 1000);
    build_record(b, calls); /* not in use */
    struct ledger_call *before = build_call(b, calls, inner, 5, 2000, 1000);
    before->before = 4;
    before->seal = ledger_seal_call(before);
    build_call(b, calls, inner, 6, 3500, 500);
    build_call(b, calls, outer, 7, 4000, 3000);
    build_call(b, calls, outer, 8, 5000, UINT64_MAX);
}

#define AT "\"pid\": 4242, \"tid\": 77, \"ts\": "
#define CALL "\"cat\": \"call\", \"args\": {\"flop_cost\": "
#define SHAPE ", \"m\": 7, \"side\": \"L\""
#define RATE(ts, rate) \
    "{\"ph\": \"C\", \"name\": \"GFLOP/s\", \"pid\": 4242, \"ts\": " ts ", \"args\": {\"GFLOP/s\": " rate "}},\n"

Test(calls, are_slices_in_the_slices_of_their_namespaces)
{
    struct ledger_build b;
    struct summary s;
    struct out out = {0};
    build_log(&b);
    summarise(&b, &s);
    cr_expect(s.log.recorded && s.log.calls == 5 && s.log.overwritten == 4);
    trace_json(&s, &out);
    const char *threads = memmem(out.data, out.length, "{\"ph\": \"B\"", 10);
    cr_assert(threads);
    struct out rest = {0};
    out_bytes(&rest, threads, out.length - (size_t)(threads - out.data));
    expect_out(
        &rest, "{\"ph\": \"B\", \"name\": \"a\", " AT "1.000, \"cat\": \"namespace\"},\n"
               "{\"ph\": \"B\", \"name\": \"a.b\", " AT "1.000, \"cat\": \"namespace\"},\n"
               "{\"ph\": \"X\", \"name\": \"dgemm\", " AT "1.000, \"dur\": 1.000, " CALL "50" SHAPE "}},\n"
               "{\"ph\": \"X\", \"name\": \"dgemm\", " AT "2.500, \"dur\": 0.500, " CALL "60" SHAPE "}},\n"
               "{\"ph\": \"E\", \"name\": \"a.b\", " AT "3.000},\n"
               "{\"ph\": \"X\", \"name\": \"dgemm\", " AT "3.000, \"dur\": 3.000, " CALL "70" SHAPE "}},\n"
               "{\"ph\": \"X\", \"name\": \"dgemm\", " AT "4.000, \"dur\": 0.000, " CALL "80" SHAPE ", \"ended\": false}},\n"
               "{\"ph\": \"E\", \"name\": \"a\", " AT "6.000},\n"
               "{\"ph\": \"X\", \"name\": \"ddot\", " AT "8.000, \"dur\": 1.000, " CALL "90" SHAPE "}},\n"
        /* 50 in 1000 ns, 60 in 500, 70 in 3000, 90 in 1000 */
        RATE("1.000", "0.050000") RATE("2.000", "0.000000") RATE("2.500", "0.120000") RATE("3.000", "0.023333")
            RATE("4.000", "0.023333") RATE("4.001", "0.023333") RATE("6.000", "0.000000")
                RATE("8.000", "0.090000") "{\"ph\": \"C\", \"name\": \"GFLOP/s\", \"pid\": 4242, \"ts\": 9.000, \"args\": "
                                          "{\"GFLOP/s\": 0.000000}}\n]}\n");
    out_free(&out);
    summary_free(&s);
    free(b.data);
}

Test(calls, are_a_table_in_order_of_time)
{
    struct ledger_build b;
    struct summary s;
    struct out out = {0};
    build_log(&b);
    summarise(&b, &s);
    calls_csv(&s, &out);
    expect_out(&out, "process,thread,number,start_seconds,seconds,namespace,operation,flop_cost,shape\n"
                     "4242,77,5,0.000001000,0.000001000,a.b,dgemm,50,m=7 side=L\n"
                     "4242,77,6,0.000002500,0.000000500,a.b,dgemm,60,m=7 side=L\n"
                     "4242,77,7,0.000003000,0.000003000,a,dgemm,70,m=7 side=L\n"
                     "4242,77,8,0.000004000,,a,dgemm,80,m=7 side=L\n"
                     "4242,77,9,0.000008000,0.000001000,,ddot,90,m=7 side=L\n");
    summary_free(&s);
    free(b.data);
}
