/* What a ledger's header says of its process, as part of a summary. */
#include "summary_header.h"
#include "cost.h"
#include "shim/ledger.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ONE_BITS 0x3ff0000000000000u /* of the double 1 */
#define INFINITE_BITS 0x7ff0000000000000u

static void read_end(const struct ledger_header *header, struct summary *s)
{
    static const char *const reasons[] = {"unknown", "exit", "exec", "signal", "exhausted"};
    uint32_t reason = header->end_reason <= LEDGER_END_EXHAUSTED ? header->end_reason : LEDGER_END_UNKNOWN;
    uint64_t end_ns = header->end_monotonic_ns;
    if (!end_ns && header->pid == (uint32_t)getpid()) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        end_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    }
    if (end_ns > header->start_monotonic_ns)
        s->wall_ns = end_ns - header->start_monotonic_ns;
    s->incomplete = header->incomplete;
    s->dropped_calls = header->dropped_calls;
    s->uncounted_calls = header->uncounted_calls;
    summary_set_end(s, reasons[reason], header->end_status);
}

static void read_refused(const struct ledger_view *view, const char *filter, struct summary *s)
{
    const struct ledger_header *header = view->header;
    s->refused_operation = s->refused_namespace = "";
    const char *namespace_ = ledger_string(view, header->refused_namespace);
    if (!header->refused_calls || (filter && !summary_is_within(namespace_, filter)))
        return;
    s->refused_calls = header->refused_calls;
    s->refused_cost = header->refused_cost;
    s->refused_remaining = header->refused_remaining;
    s->refused_operation = ledger_string(view, header->refused_name);
    s->refused_namespace = namespace_;
}

void summary_read_header(const struct ledger_view *view, const char *filter, struct summary *s)
{
    const struct ledger_header *header = view->header;
    uint64_t bits = header->multiplier_bits;
    bits = bits && bits < INFINITE_BITS ? bits : ONE_BITS;
    memcpy(&s->multiplier, &bits, sizeof bits);
    s->version = header->version;
    s->cost_model = header->cost_model;
    s->convention = cost_convention_name(header->convention == COST_FMA ? COST_FMA : COST_OPS);
    s->uncovered = ledger_string(view, header->uncovered);
    s->pid = header->pid;
    s->ppid = header->ppid;
    s->threads = header->threads;
    s->host = header->host;
    s->program = header->program;
    s->arguments = header->arguments;
    s->arguments_bytes = sizeof header->arguments;
    while (s->arguments_bytes && !s->arguments[s->arguments_bytes - 1])
        s->arguments_bytes--;
    s->arguments_bytes += s->arguments_bytes && s->arguments_bytes < sizeof header->arguments;
    s->start_realtime_ns = header->start_realtime_ns;
    read_end(header, s);
    read_refused(view, filter, s);
}
