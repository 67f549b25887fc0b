/* The head of the HTML report: what was run, what it used and what remains, how sure that is. */
#include "cost.h"
#include "html_page.h"
#include "html_put.h"
#include "instant.h"
#include "path.h"
#include "text_rows.h"
#include <inttypes.h>
#include <string.h>

static const char *program_of(const struct summary *s)
{
    const char *base = path_base(s->program);
    return *base ? base : "(a program without a name)";
}

void html_put_title(struct html_page *page)
{
    html_text(page->out, program_of(page->s));
}

void html_put_program(struct html_page *page)
{
    html_text(page->out, program_of(page->s));
    if (page->s->is_tree && page->s->process_count > 1)
        out_format(page->out, " and what it started");
}

void html_put_command(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out line = {0};
    for (size_t at = 0; at < s->arguments_bytes; at += strlen(s->arguments + at) + 1) {
        out_text(&line, at ? " " : "");
        out_text(&line, s->arguments + at);
    }
    out_bytes(&line, "", 1);
    html_text(page->out, line.data && !line.failed ? line.data : "");
    out_free(&line);
}

static void put_badge(struct out *out, const char *class, const char *text)
{
    out_format(out, "<span class=\"badge %s\">%s</span>", class, text);
}

void html_put_badges(struct html_page *page)
{
    const struct summary *s = page->s;
    const wide *by_class = s->accuracy_flops;
    put_badge(page->out, s->complete ? "good" : "bad", s->complete ? "complete" : "not complete");
    if (s->running)
        put_badge(page->out, "warn", "still running");
    if (s->has_budget && s->flops_used > s->flop_budget)
        put_badge(page->out, "bad", "over the budget");
    if (s->refused_calls || strcmp(s->end_reason, "exhausted") == 0)
        put_badge(page->out, "bad", "budget exhausted");
    if (by_class[COST_ESTIMATE])
        put_badge(page->out, "warn", "in part an estimate");
    else if (by_class[COST_LEADING])
        put_badge(page->out, "", "leading terms");
    else if (s->flops_used)
        put_badge(page->out, "good", "exact");
    if (*s->uncovered)
        put_badge(page->out, "warn", "not all was seen");
}

static void open_card(struct out *out, const char *label)
{
    out_format(out, "<div class=\"card\"><span>%s</span><b>", label);
}

static void close_card(struct out *out)
{
    out_text(out, "</small></div>\n");
}

static void put_flops_card(struct out *out, const struct summary *s, const char *label, const char *sign, wide flops)
{
    open_card(out, label);
    out_text(out, sign);
    html_short(out, (double)flops);
    out_text(out, "FLOP</b><small>");
    out_text(out, sign);
    out_grouped(out, flops);
    text_put_or_more(out, s, flops);
    close_card(out);
}

static void put_remaining(struct out *out, const struct summary *s)
{
    bool over = s->flops_used > s->flop_budget;
    put_flops_card(out, s, over ? "Over the budget by" : "Remaining", "",
                   over ? s->flops_used - s->flop_budget : s->flop_budget - s->flops_used);
}

struct times {
    uint64_t blas_ns;
    wide timed_flops;
};

static struct times times_of(const struct summary *s)
{
    struct times times = {0};
    for (size_t i = 0; i < s->operation_count; i++) {
        times.blas_ns = cost_sum(times.blas_ns, s->operations[i].elapsed_ns);
        times.timed_flops = wide_sum(times.timed_flops, s->operations[i].timed_flops);
    }
    return times;
}

/* What is outside BLAS is only known where one thread called. */
static void put_time_cards(struct out *out, const struct summary *s, bool is_merge)
{
    struct times times = times_of(s);
    open_card(out, "Speed in BLAS");
    html_rate(out, times.timed_flops, times.blas_ns);
    out_text(out,
             times.blas_ns ? " <span>GFLOP/s</span></b><small>of the calls that were timed, " : "</b><small>no call was timed");
    if (times.blas_ns)
        out_format(out, "%.1f%% of the FLOPs", 100 * html_share(times.timed_flops, s->flops_used));
    close_card(out);
    open_card(out, "Wall time");
    html_seconds(out, s->wall_ns);
    if (is_merge)
        out_text(out, "</b><small>of the longest process");
    else
        out_format(out, "</b><small>%" PRIu32 " %s", s->threads, s->threads == 1 ? "thread" : "threads");
    close_card(out);
    open_card(out, "In BLAS");
    html_seconds(out, times.blas_ns);
    out_text(out, "</b><small>");
    if (s->process_count <= 1 && times.blas_ns <= s->wall_ns && s->wall_ns) {
        html_seconds(out, s->wall_ns - times.blas_ns);
        out_text(out, s->threads == 1 ? " outside" : " outside, if one thread called");
    } else {
        out_text(out, "added up over threads and processes");
    }
    close_card(out);
}

void html_put_cards(struct html_page *page)
{
    const struct summary *s = page->s;
    put_flops_card(page->out, s, "Used", "", s->flops_used);
    if (s->has_budget)
        put_remaining(page->out, s);
    open_card(page->out, "Calls");
    html_short(page->out, (double)s->calls);
    out_text(page->out, "</b><small>");
    if (s->calls >= 1000)
        out_grouped(page->out, s->calls);
    close_card(page->out);
    put_time_cards(page->out, s, page->is_merge);
}

void html_put_budget(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    if (!s->has_budget)
        return;
    double share = html_share(s->flops_used, s->flop_budget);
    out_format(
        out,
        "<div class=\"gauge\"><svg role=\"img\" aria-label=\"%.1f%% of the budget used\"><rect class=\"track\" width=\"100%%\" "
        "height=\"14\"/><rect class=\"fill%s\" width=\"%.3f%%\" height=\"14\"/></svg><p>",
        100 * share, share > 0.9 ? " bad" : "", 100 * (share > 1 ? 1 : share));
    out_percent(out, s->flops_used, s->flop_budget);
    out_text(out, "% of a budget of ");
    out_grouped(out, s->flop_budget);
    out_text(out, " FLOPs used</p></div>\n");
}

void html_put_convention(struct html_page *page)
{
    out_text(page->out, strcmp(page->s->convention, "fma") == 0
                            ? "A multiplication and an addition that belong together count as one."
                            : "A real multiplication, addition or division is one.");
}

static void put_fact(struct out *out, const char *name, const char *value)
{
    if (!*value)
        return;
    out_format(out, "<dt>%s</dt><dd>", name);
    html_text(out, value);
    out_text(out, "</dd>\n");
}

static void put_start(struct out *out, uint64_t realtime_ns)
{
    struct instant at = instant_of(realtime_ns);
    out_format(out, "<dt>Started</dt><dd>%04u-%02u-%02u %02u:%02u:%02u UTC</dd>\n", (unsigned)at.year, (unsigned)at.month,
               (unsigned)at.day, (unsigned)at.hour, (unsigned)at.minute, (unsigned)at.second);
}

void html_put_facts(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    out_text(out, "<dl>\n");
    for (size_t i = 0; i < s->provider_count; i++) {
        const struct summary_provider *provider = &s->providers[i];
        out_text(out, i ? "<dt></dt><dd>" : "<dt>BLAS</dt><dd>");
        html_text(out, *provider->name ? provider->name : "unknown");
        out_text(out, " ");
        html_text(out, provider->version);
        out_format(out, ", %u-bit integers: <code>", provider->integer_bits);
        html_text(out, provider->path);
        out_text(out, "</code></dd>\n");
    }
    put_fact(out, "Host", s->host);
    if (s->start_realtime_ns)
        put_start(out, s->start_realtime_ns);
    put_fact(out, "Cost model", s->cost_model);
    put_fact(out, "Convention", s->convention);
    if (strcmp(s->multiplier, "1") != 0)
        put_fact(out, "Multiplier", s->multiplier);
    out_text(out, "</dl>\n");
}

void html_put_footer(struct html_page *page)
{
    out_text(page->out, "Made from ");
    html_text(page->out, page->path);
    out_text(page->out, " by flopshim " FLOPSHIM_VERSION);
    if (!page->is_merge) {
        out_text(page->out, "; counted by ");
        html_text(page->out, *page->s->version ? page->s->version : "an unknown version");
    }
    out_text(page->out, ". This file needs no network.");
}
