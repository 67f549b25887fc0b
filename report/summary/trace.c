/* A trace of the calls (trace.h): https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * Threads come one behind the other, each in order of time. Time is in microseconds since the start of the first process. A
 * namespace is a slice from its first call to the end of its last one before another namespace; dotted ones lie inside. What a
 * ring has no more is nowhere in a trace but in `otherData`. Everything is printed from integers. */
#include "trace.h"
#include "calls.h"
#include "cost.h"
#include "order.h"
#include "pages.h"
#include <string.h>

#define LEVELS 64
#define MOST_KFLOPS UINT64_C(10000000000000) /* of a call: a sum of 10^6 of them is no overflow */

struct trace {
    const struct summary *summary;
    struct out *out;
    struct calls calls;
    bool behind;            /* an event comes before this one */
    const char *namespace_; /* whose slices are open in the thread, */
    size_t ends[LEVELS];    /* and how much of the name each is */
    size_t open;
    uint64_t latest_ns; /* the end of the thread's calls so far */
    uint64_t begin_ns;  /* the begin of its latest slice */
};

/* When the rate of FLOPs changes, and by how much; and what was spent by then. */
struct change {
    uint64_t at_ns;
    uint64_t kflops; /* per second: FLOPs in 10^6 ns */
    uint64_t flops;
    bool ends;
};

/* ---- events ---- */

static void begin(struct trace *trace, const char *phase, const char *name, size_t length)
{
    out_text(trace->out, trace->behind ? ",\n{\"ph\": \"" : "\n{\"ph\": \"");
    trace->behind = true;
    out_text(trace->out, phase);
    out_text(trace->out, "\", \"name\": ");
    out_quoted(trace->out, name, length);
}

static void put_number(struct trace *trace, const char *key, uint64_t value)
{
    out_text(trace->out, ", \"");
    out_text(trace->out, key);
    out_text(trace->out, "\": ");
    out_number(trace->out, value);
}

static void put_time(struct trace *trace, const char *key, uint64_t time_ns)
{
    out_text(trace->out, ", \"");
    out_text(trace->out, key);
    out_text(trace->out, "\": ");
    out_decimal(trace->out, time_ns, 3);
}

static void put_thread(struct trace *trace, const struct calls_place *place)
{
    put_number(trace, "pid", place->pid);
    put_number(trace, "tid", place->tid);
}

/* ---- namespaces ---- */

static void close_slice(struct trace *trace, const struct calls_place *place, uint64_t at_ns)
{
    trace->open--;
    begin(trace, "E", trace->namespace_, trace->ends[trace->open]);
    put_thread(trace, place);
    put_time(trace, "ts", at_ns);
    out_text(trace->out, "}");
}

static void open_slice(struct trace *trace, const struct calls_place *place, const char *name, size_t length, uint64_t at_ns)
{
    trace->namespace_ = name;
    trace->ends[trace->open++] = length;
    begin(trace, "B", name, length);
    put_thread(trace, place);
    put_time(trace, "ts", at_ns);
    out_text(trace->out, ", \"cat\": \"namespace\"}");
}

/* How many of the open slices are this namespace's too. */
static size_t shared_slices(const struct trace *trace, const char *name)
{
    size_t shared = 0;
    while (shared < trace->open) {
        size_t length = trace->ends[shared];
        if (strncmp(trace->namespace_, name, length) != 0 || (name[length] && name[length] != '.'))
            break;
        shared++;
    }
    return shared;
}

/* Close what the next call is not in, where its calls ended, and not behind its begin. */
static void leave(struct trace *trace, const struct calls_place *place, size_t keep, uint64_t next_ns)
{
    uint64_t at_ns = trace->latest_ns < next_ns ? trace->latest_ns : next_ns;
    while (trace->open > keep)
        close_slice(trace, place, at_ns > trace->begin_ns ? at_ns : trace->begin_ns);
}

static void enter(struct trace *trace, const struct calls_place *place, const char *name, uint64_t at_ns)
{
    size_t length = trace->open ? trace->ends[trace->open - 1] : 0;
    while (name[length] && trace->open < LEVELS) {
        length += length != 0;
        length += strcspn(name + length, ".");
        open_slice(trace, place, name, length, at_ns);
        trace->begin_ns = at_ns;
        if (!length)
            break; /* a name that begins with a dot */
    }
}

/* ---- calls ---- */

/* "m=512 side=L" as members: a letter is a string. */
static void put_shape(struct out *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " "), name = strcspn(text, "= ");
        bool is_number = length > name + 1 && text[length - 1] >= '0' && text[length - 1] <= '9';
        out_text(out, ", ");
        out_quoted(out, text, name);
        out_text(out, ": ");
        if (is_number)
            out_bytes(out, text + name + 1, length - name - 1);
        else
            out_quoted(out, text + name + (name < length), length - name - (name < length));
        text += length + (text[length] != 0);
    }
}

static void put_call(struct trace *trace, const struct calls_place *place, const struct calls_row *row, const char *shape)
{
    begin(trace, "X", row->operation, strlen(row->operation));
    put_thread(trace, place);
    put_time(trace, "ts", row->started_ns);
    put_time(trace, "dur", row->elapsed_ns);
    out_text(trace->out, ", \"cat\": \"call\", \"args\": {\"flop_cost\": ");
    out_number(trace->out, row->flops);
    put_shape(trace->out, shape);
    out_text(trace->out, row->ended ? "}}" : ", \"ended\": false}}");
}

static void begin_thread(struct trace *trace, const struct calls_place *place)
{
    begin(trace, "M", "thread_name", strlen("thread_name"));
    put_thread(trace, place);
    out_text(trace->out, ", \"args\": {\"name\": \"thread ");
    out_number(trace->out, place->tid);
    out_text(trace->out, "\"}}");
    trace->namespace_ = "";
    trace->open = 0;
    trace->latest_ns = trace->begin_ns = 0;
}

static void put_threads(struct trace *trace)
{
    const struct calls_place *before = NULL;
    struct calls_row row;
    char shape[CALLS_SHAPE_BYTES];
    for (size_t i = 0; i < trace->calls.count; i++) {
        const struct calls_place *place = &trace->calls.places[i];
        if (!calls_read(trace->summary, place, &row, shape))
            continue;
        if (!before || before->pid != place->pid || before->tid != place->tid) {
            if (before)
                leave(trace, before, 0, UINT64_MAX);
            begin_thread(trace, place);
        }
        before = place;
        leave(trace, place, shared_slices(trace, row.namespace_), row.started_ns);
        enter(trace, place, row.namespace_, row.started_ns);
        put_call(trace, place, &row, shape);
        uint64_t end_ns = cost_sum(row.started_ns, row.elapsed_ns);
        trace->latest_ns = end_ns > trace->latest_ns ? end_ns : trace->latest_ns;
    }
    if (before)
        leave(trace, before, 0, UINT64_MAX);
}

/* ---- counters ---- */

static int by_time(const void *left, const void *right, const void *context)
{
    const struct change *a = left, *b = right;
    (void)context;
    return a->at_ns == b->at_ns ? 0 : a->at_ns < b->at_ns ? -1 : 1;
}

static size_t find_changes(const struct trace *trace, struct change *changes, wide *logged)
{
    struct calls_row row;
    char shape[CALLS_SHAPE_BYTES];
    size_t count = 0;
    *logged = 0;
    for (size_t i = 0; i < trace->calls.count; i++) {
        if (!calls_read(trace->summary, &trace->calls.places[i], &row, shape))
            continue;
        uint64_t elapsed_ns = row.elapsed_ns ? row.elapsed_ns : 1;
        wide rate = row.ended ? (wide)row.flops * 1000000 / elapsed_ns : 0;
        uint64_t kflops = rate < MOST_KFLOPS ? (uint64_t)rate : MOST_KFLOPS;
        changes[count++] = (struct change){.at_ns = row.started_ns, .kflops = kflops, .flops = row.flops};
        changes[count++] = (struct change){.at_ns = cost_sum(row.started_ns, elapsed_ns), .kflops = kflops, .ends = true};
        *logged = wide_sum(*logged, row.flops);
    }
    order_sort(changes, count, sizeof *changes, by_time, NULL);
    return count;
}

static void put_rate(struct trace *trace, uint64_t at_ns, uint64_t kflops)
{
    begin(trace, "C", "GFLOP/s", strlen("GFLOP/s"));
    put_number(trace, "pid", trace->summary->pid);
    put_time(trace, "ts", at_ns);
    out_text(trace->out, ", \"args\": {\"GFLOP/s\": ");
    out_decimal(trace->out, kflops, 6);
    out_text(trace->out, "}}");
}

static void put_left(struct trace *trace, uint64_t at_ns, wide used)
{
    wide budget = trace->summary->flop_budget;
    begin(trace, "C", "budget left", strlen("budget left"));
    put_number(trace, "pid", trace->summary->pid);
    put_time(trace, "ts", at_ns);
    out_text(trace->out, used > budget ? ", \"args\": {\"FLOPs\": -" : ", \"args\": {\"FLOPs\": ");
    out_number(trace->out, used > budget ? used - budget : budget - used);
    out_text(trace->out, "}}");
}

/* What was used of the budget by calls that are not in the log was used before. */
static void put_counters(struct trace *trace)
{
    size_t bytes = 2 * trace->calls.count * sizeof(struct change) + 1, count;
    struct change *changes = pages_reserve(bytes);
    wide logged, used;
    uint64_t kflops = 0;
    if (!changes) {
        trace->out->failed = true;
        return;
    }
    count = find_changes(trace, changes, &logged);
    used = trace->summary->flops_used > logged ? trace->summary->flops_used - logged : 0;
    for (size_t i = 0; i < count; i++) {
        bool spends = false;
        uint64_t at_ns = changes[i].at_ns;
        for (; i < count && changes[i].at_ns == at_ns; i++) {
            kflops = changes[i].ends ? kflops - changes[i].kflops : kflops + changes[i].kflops;
            used = wide_sum(used, changes[i].flops);
            spends |= !changes[i].ends;
        }
        i--;
        put_rate(trace, at_ns, kflops);
        if (spends && trace->summary->has_budget)
            put_left(trace, at_ns, used);
    }
    pages_free(changes, bytes);
}

static void put_processes(struct trace *trace)
{
    for (size_t i = 0; i < trace->summary->process_count; i++) {
        const struct summary_process *process = &trace->summary->processes[i];
        begin(trace, "M", "process_name", strlen("process_name"));
        put_number(trace, "pid", process->pid);
        out_text(trace->out, ", \"args\": {\"name\": ");
        out_quoted(trace->out, process->program, strlen(process->program));
        out_text(trace->out, "}}");
    }
}

void trace_json(const struct summary *summary, struct out *out)
{
    struct trace trace = {.summary = summary, .out = out};
    if (!calls_open(&trace.calls, summary, CALLS_BY_THREAD)) {
        out->failed = true;
        return;
    }
    out_text(out, "{\"displayTimeUnit\": \"ns\", \"otherData\": {\"flopshim_version\": ");
    out_quoted(out, summary->version, strlen(summary->version));
    put_number(&trace, "calls", trace.calls.count);
    put_number(&trace, "overwritten_calls", trace.calls.overwritten);
    put_number(&trace, "unreadable_calls", trace.calls.unreadable);
    out_text(out, "}, \"traceEvents\": [");
    put_processes(&trace);
    put_threads(&trace);
    put_counters(&trace);
    out_text(out, "\n]}\n");
    calls_close(&trace.calls);
}
