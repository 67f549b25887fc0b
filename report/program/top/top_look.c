/* A look: which ledgers there are, each read, all tables joined, rates from the tables of the look before. */
#include "top_look.h"
#include "cost.h"
#include "kernel.h"
#include "ledger_node_read.h"
#include "top_find.h"
#include "top_source.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ENDED_KEPT = 256 };

/* ---- which ledgers ---- */

struct finding {
    struct top_model *model;
    const struct top_target *target;
};

static struct top_source *source_of(struct top_model *model, const char *path)
{
    for (size_t i = 0; i < model->source_count; i++)
        if (!strcmp(model->sources[i].path, path))
            return &model->sources[i];
    char *copy = strdup(path);
    struct top_source *more = copy ? realloc(model->sources, (model->source_count + 1) * sizeof *more) : NULL;
    if (!more) {
        free(copy);
        model->failed = true;
        return NULL;
    }
    model->sources = more;
    more[model->source_count] = (struct top_source){.path = copy};
    return &more[model->source_count++];
}

/* One that cannot be read just now (its process makes it, or is done with it) stays as it was. */
static void visit(const char *path, void *data)
{
    const struct finding *f = data;
    const char *why;
    struct top_source *source = source_of(f->model, path);
    if (!source)
        return;
    source->seen = true;
    if (!top_source_read(source, &why)) {
        f->model->problem = f->target->kind == TOP_OF_FILE ? why : NULL;
        return;
    }
    source->wanted |= f->target->kind != TOP_OF_ALL || source->running;
}

/* One that is not there any more is what it was. */
static void visit_file(const char *path, struct finding *f)
{
    char file[PATH_MAX];
    struct stat st;
    ledger_part_parse(path, file, sizeof file);
    if (!kernel_stat(file, &st))
        ledger_parts(path, visit, f);
}

static void find(struct top_model *model, const struct top_target *target)
{
    struct finding f = {model, target};
    struct stat st;
    model->problem = NULL;
    for (size_t i = 0; i < model->source_count; i++)
        model->sources[i].seen = false;
    if (target->kind == TOP_OF_ALL)
        top_find(visit, &f);
    else if (target->kind == TOP_OF_PID)
        top_find_of(target->pid, visit, &f);
    else if (!kernel_stat(target->path, &st) && S_ISDIR(st.st_mode))
        top_find_in(target->path, visit, &f);
    else
        visit_file(target->path, &f);
    for (size_t i = 0; i < model->source_count; i++) {
        struct top_source *source = &model->sources[i];
        source->gone = !source->seen;
        source->running &= source->seen;
        for (int tab = TOP_PROCESSES; tab < TOP_TABS && source->gone; tab++)
            for (size_t row = 0; row < source->tables[tab].count; row++)
                source->tables[tab].list[row].running = false;
    }
}

/* ---- what goes ---- */

static void forget(struct top_model *model, size_t i)
{
    struct top_source *source = &model->sources[i];
    for (int tab = 0; tab < TOP_PROCESSES && source->wanted; tab++) {
        top_rows_append(&model->past[tab], &source->tables[tab]);
        top_rows_join(&model->past[tab]);
    }
    top_source_free(source);
    memmove(source, source + 1, (--model->source_count - i) * sizeof *source);
}

/* A rank's ledger that has moved into its node's goes on there. */
static void join_moved(struct top_model *model)
{
    for (size_t i = model->source_count; i-- > 0;) {
        struct top_source *old = &model->sources[i], *now = NULL;
        for (size_t j = 0; j < model->source_count && !strchr(old->path, NODE_PART) && !now; j++)
            if (old->nonce && model->sources[j].nonce == old->nonce && strchr(model->sources[j].path, NODE_PART))
                now = &model->sources[j];
        if (!now)
            continue;
        if (!now->history.count)
            now->history = old->history;
        top_source_free(old);
        memmove(old, old + 1, (--model->source_count - i) * sizeof *old);
    }
}

/* The oldest that ended, and what was never wanted: ledgers of short processes come and go. */
static void forget_some(struct top_model *model)
{
    size_t ended = 0;
    for (size_t i = model->source_count; i-- > 0;)
        if (model->sources[i].gone && (!model->sources[i].wanted || ++ended > ENDED_KEPT))
            forget(model, i);
}

/* ---- sums and rates ---- */

static double present_rate(const struct top_history *h)
{
    if (h->count < 2)
        return 0;
    double seconds = h->at[h->count - 1] - h->at[0];
    wide first = h->used[0], last = h->used[h->count - 1];
    return seconds > 0 && last > first ? (double)(last - first) / seconds : 0;
}

static void remember(struct top_history *h, wide used, double at)
{
    if (h->count == TOP_PRESENT) {
        memmove(h->used, h->used + 1, (TOP_PRESENT - 1) * sizeof *h->used);
        memmove(h->at, h->at + 1, (TOP_PRESENT - 1) * sizeof *h->at);
        h->count--;
    }
    h->used[h->count] = used;
    h->at[h->count++] = at;
}

static void remember_rate(struct top_model *model, double rate)
{
    if (model->rate_count == TOP_RATES)
        memmove(model->rates, model->rates + 1, (TOP_RATES - 1) * sizeof *model->rates);
    else
        model->rate_count++;
    model->rates[model->rate_count - 1] = rate;
}

static void add_budget(struct top_model *model, const struct top_source *source, double rate)
{
    wide rest = source->budget > source->used ? source->budget - source->used : 0;
    model->has_budget = true;
    model->budget = wide_sum(model->budget, source->budget);
    model->budget_used = wide_sum(model->budget_used, source->used);
    if (!source->running || (rest && rate <= 0))
        return;
    double seconds = rest ? (double)rest / rate : 0;
    if (model->exhausted_in < 0 || seconds < model->exhausted_in)
        model->exhausted_in = seconds;
}

/* Budgets of what has ended do not stand beside those of what runs. */
static void sum_up(struct top_model *model, double at)
{
    bool any_runs = false;
    for (size_t i = 0; i < model->source_count; i++)
        any_runs |= model->sources[i].wanted && model->sources[i].running;
    for (size_t i = 0; i < model->source_count; i++) {
        struct top_source *s = &model->sources[i];
        if (!s->wanted)
            continue;
        /* A ledger that appeared since the last look began with nothing. */
        if (model->looks && !s->history.count)
            remember(&s->history, 0, model->at);
        remember(&s->history, s->used, at);
        double rate = present_rate(&s->history);
        model->ledgers++;
        model->ended += !s->running;
        model->used = wide_sum(model->used, s->used);
        model->calls = cost_sum(model->calls, s->calls);
        model->refused = cost_sum(model->refused, s->refused);
        model->rate += rate;
        if (s->has_budget && (s->running || !any_runs))
            add_budget(model, s, rate);
        for (int tab = 0; tab < TOP_TABS; tab++)
            top_rows_append(&model->tables[tab], &s->tables[tab]);
    }
}

static void count_rows(struct top_model *model)
{
    for (size_t i = 0; i < model->tables[TOP_PROCESSES].count; i++)
        model->processes += model->tables[TOP_PROCESSES].list[i].running;
    for (size_t i = 0; i < model->tables[TOP_THREADS].count; i++)
        model->threads += model->tables[TOP_THREADS].list[i].running;
}

void top_look(struct top_model *model, const struct top_target *target, double at)
{
    struct top_rows before[TOP_TABS];
    double seconds = at - model->at, rate = 0;
    memcpy(before, model->tables, sizeof before);
    memset(model->tables, 0, sizeof model->tables);
    find(model, target);
    join_moved(model);
    forget_some(model);
    model->ledgers = model->ended = model->processes = model->threads = 0;
    model->used = model->budget = model->budget_used = 0;
    model->calls = model->refused = 0;
    model->rate = 0;
    model->exhausted_in = -1;
    model->has_budget = false;
    sum_up(model, at);
    for (int tab = 0; tab < TOP_TABS; tab++) {
        top_rows_append(&model->tables[tab], &model->past[tab]);
        top_rows_join(&model->tables[tab]);
        if (model->looks)
            top_rows_rate(&model->tables[tab], &before[tab], seconds);
        model->failed |= model->tables[tab].failed;
        top_rows_free(&before[tab]);
    }
    for (size_t i = 0; i < model->tables[TOP_ROUTINES].count; i++)
        rate += model->tables[TOP_ROUTINES].list[i].flops_per_second;
    if (model->looks)
        remember_rate(model, rate);
    count_rows(model);
    model->at = at;
    model->looks++;
}

double top_rest(double delay, double look)
{
    return delay > 5 * look ? delay : 5 * look;
}

void top_model_free(struct top_model *model)
{
    for (size_t i = 0; i < model->source_count; i++)
        top_source_free(&model->sources[i]);
    free(model->sources);
    for (int tab = 0; tab < TOP_TABS; tab++) {
        top_rows_free(&model->tables[tab]);
        top_rows_free(&model->past[tab]);
    }
    *model = (struct top_model){0};
}
