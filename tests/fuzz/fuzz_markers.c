/* The marker functions, by the shim's own sources, in a process of its own for each input: a list of calls with any
 * arguments, held against a small model of shim/flopshim.h. Used and remaining make the budget after every step; a call that
 * fits is charged, one that does not is refused; the summary at the end has what the model has. There is no BLAS here: what
 * finds providers is left out. */
#include "by_name.h"
#include "config.h"
#include "cost.h"
#include "deliver.h"
#include "enter.h"
#include "flopshim.h"
#include "fuzz_summary.h"
#include "ledger_append.h"
#include "ledger_check.h"
#include "ledger_file.h"
#include "lines.h"
#include "noted.h"
#include "parts.h"
#include "provider.h"
#include "refuse.h"
#include "resolve.h"
#include "thread.h"
#include "unload.h"
#include <math.h>
#include <sys/mman.h>

#define CALLS_MAX 200

/* ---- no interpreter ---- */

bool python_refuse(struct thread *t, const struct refusal *refusal)
{
    (void)t, (void)refusal;
    return false;
}

bool lines_find(struct thread *t, int64_t values[LEDGER_CALLER_VALUES])
{
    (void)t, (void)values;
    return false;
}

static void nothing(void)
{
}

const struct parts parts = {.started = nothing, .in_child = refuse_forget};

/* ---- no providers ---- */

const struct symbol forward_symbols[1];

int64_t forward_symbol(const char *name)
{
    (void)name;
    return -1;
}

bool forward_may_be(const char *name)
{
    (void)name;
    return false;
}

int64_t forward_symbol_or_beginning(const char *name, size_t *beginning)
{
    (void)name;
    *beginning = 0;
    return -1;
}

bool forward_fortran(const char *name, char spelling[FORWARD_SPELLING])
{
    (void)name, (void)spelling;
    return false;
}

void *forward_lookup(void *handle, const char *name)
{
    (void)handle, (void)name;
    return NULL;
}

void *forward_next(const char *name)
{
    (void)name;
    return NULL;
}

bool forward_in_shim(const void *address)
{
    (void)address;
    return false;
}

bool forward_is_before_shim(uintptr_t address)
{
    (void)address;
    return false;
}

/* Every object: nothing to be found in it. */
bool provider_starts_at(uintptr_t start)
{
    (void)start;
    return false;
}

bool provider_is_pure(const char *path)
{
    (void)path;
    return true;
}

bool provider_is_asked(void)
{
    return false;
}

unsigned unload_count(void)
{
    return 0;
}

void ways_turn_back(void)
{
}

void ways_turn_on(void)
{
}

void forward_start(void)
{
}
void forward_note_start(void)
{
}
void forward_hide(void)
{
}
void noted_record(void)
{
}
void noted_backend(char *text, size_t size)
{
    snprintf(text, size, "none");
}

/* ---- the model ---- */

struct model {
    uint64_t limit; /* 0: none */
    wide used;
    bool overrun; /* a handler let a call run that did not fit */
    double multiplier;
    bool open;
    bool is_threads;
    uint64_t context_limit;
    wide context_used;
    bool context_overrun;
    double context_multiplier;
    unsigned scopes, outer_scopes;
    size_t path, paths[THREAD_SCOPES + 1], outer_path;
    enum flopshim_answer answer;
    bool has_handler;
    unsigned refusals;
};
static struct model m;

static enum flopshim_answer handle(const struct flopshim_refusal *refusal, void *data)
{
    REQUIRE(data == &m && *refusal->operation && refusal->namespace_ && refusal->flop_cost > refusal->flops_remaining,
            "refused: %lu of %lu", refusal->flop_cost, refusal->flops_remaining);
    m.refusals++;
    return m.answer;
}

static uint64_t left_of(uint64_t limit, wide used)
{
    return (uint64_t)wide_less(limit, used);
}

/* As int(cost * multiplier) in IEEE arithmetic. */
static uint64_t scaled(uint64_t cost, double multiplier)
{
    double product = floor((double)cost * multiplier);
    return multiplier == 1 ? cost : product >= 0x1p64 ? UINT64_MAX : (uint64_t)product;
}

static bool is_name(const char *name)
{
    return name && *name && strlen(name) < 256;
}

/* ---- arguments ---- */

static char *take_name(struct fuzz_input *in)
{
    uint8_t form = fuzz_byte(in);
    if (form == 0xff)
        return NULL;
    if (form < 0xf0)
        return fuzz_text(in, 0);
    size_t length = 250 + form % 16;
    char *name = malloc(length + 1);
    memset(name, 'a' + form % 16, length);
    name[length] = 0;
    return name;
}

static uint64_t take_flops(struct fuzz_input *in)
{
    static const uint64_t odd[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63, ((uint64_t)1 << 53) + 1, 1000};
    uint8_t form = fuzz_byte(in);
    return form < 7 ? odd[form] : fuzz_number(in, form % 9);
}

static double take_multiplier(struct fuzz_input *in)
{
    static const double odd[] = {0, 1, -0.0, -1, 0.5, 2, 1e300, 5e-324, INFINITY, -INFINITY, NAN, 0x1p-1022};
    uint8_t form = fuzz_byte(in);
    uint64_t bits = fuzz_number(in, form < 12 ? 0 : 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return form < 12 ? odd[form] : value;
}

/* ---- calls ---- */

static void do_begin(struct fuzz_input *in)
{
    char *name = take_name(in);
    struct flopshim_context context = {.namespace_ = name,
                                       .flop_budget = take_flops(in),
                                       .multiplier = take_multiplier(in),
                                       .quiet = 1,
                                       .scope = (enum flopshim_scope)(fuzz_byte(in) % 4),
                                       .flops_used = take_flops(in)};
    bool good = (!name || is_name(name)) && context.scope <= FLOPSHIM_PROCESS && context.multiplier >= 0 &&
                isfinite(context.multiplier) && context.flop_budget != UINT64_MAX;
    int status = flopshim_begin(&context);
    REQUIRE(status == (!good ? FLOPSHIM_BAD_ARGUMENT : m.open ? FLOPSHIM_NESTED : FLOPSHIM_OK), "begin: %d", status);
    if (!status) {
        m.open = true;
        m.is_threads = context.scope == FLOPSHIM_THREAD;
        m.context_limit = context.flop_budget;
        m.context_used = context.flop_budget && context.flops_used > context.flop_budget ? context.flop_budget
                                                                                         : context.flops_used;
        m.context_multiplier = context.multiplier == 0 ? m.multiplier : context.multiplier;
        m.context_overrun = false;
        m.outer_scopes = m.is_threads ? m.scopes : 0;
        m.outer_path = m.path;
    }
    free(name);
}

static void do_end(struct fuzz_input *in)
{
    struct flopshim_usage usage = {0};
    int status = flopshim_end(fuzz_byte(in) % 2 ? &usage : NULL);
    REQUIRE(status == (m.open ? FLOPSHIM_OK : FLOPSHIM_NOT_OPEN), "end: %d", status);
    if (!m.open)
        return;
    if (usage.flop_budget) {
        REQUIRE(usage.flop_budget == m.context_limit && usage.flops_used + usage.flops_remaining == usage.flop_budget,
                "%lu + %lu is not %lu", usage.flops_used, usage.flops_remaining, usage.flop_budget);
        REQUIRE(m.context_overrun || usage.flops_used == wide_narrow(m.context_used), "%lu, not %lu", usage.flops_used,
                wide_narrow(m.context_used));
    }
    if (m.is_threads) {
        m.scopes = m.outer_scopes;
        m.path = m.outer_path;
    }
    m.outer_scopes = 0;
    m.open = false;
}

static void do_push(struct fuzz_input *in)
{
    char *name = take_name(in);
    size_t length = name ? strlen(name) : 0;
    bool good = is_name(name) && m.scopes < THREAD_SCOPES && m.path + (m.path != 0) + length < THREAD_PATH_BYTES;
    int status = flopshim_push(name);
    /* The length of the path is documented as 511 bytes "in all"; the dot before the first scope counts. */
    REQUIRE(status == FLOPSHIM_OK || status == FLOPSHIM_BAD_ARGUMENT, "push: %d", status);
    REQUIRE(good == !status || (good && m.path + length + 2 > THREAD_PATH_BYTES), "push: %d", status);
    if (!status) {
        m.paths[m.scopes++] = m.path;
        m.path += (m.path != 0) + length;
    }
    free(name);
}

static void do_pop(void)
{
    bool good = m.scopes > (m.open && m.is_threads ? m.outer_scopes : 0);
    int status = flopshim_pop();
    REQUIRE(status == (good ? FLOPSHIM_OK : FLOPSHIM_NOT_OPEN), "pop: %d of %u", status, m.scopes);
    if (good)
        m.path = m.paths[--m.scopes];
}

static void charge(uint64_t cost)
{
    m.used += cost;
    if (m.open)
        m.context_used += cost;
}

static void do_deduct(struct fuzz_input *in)
{
    char *name = take_name(in);
    uint64_t flops = take_flops(in), cost = scaled(flops, m.open ? m.context_multiplier : m.multiplier);
    bool context = m.open && m.context_limit;
    uint64_t left = m.limit ? left_of(m.limit, m.used) : UINT64_MAX;
    uint64_t context_left = context ? left_of(m.context_limit, m.context_used) : UINT64_MAX;
    bool fits = cost <= left && cost <= context_left;
    if (!is_name(name)) {
        REQUIRE(flopshim_deduct(name, flops) == FLOPSHIM_BAD_ARGUMENT, "a bad name is charged");
    } else {
        unsigned before = m.refusals;
        int status = flopshim_deduct(name, flops);
        bool run = !fits && m.answer == FLOPSHIM_RUN;
        REQUIRE(status == (fits || run ? FLOPSHIM_OK : FLOPSHIM_REFUSED), "deduct %lu: %d", cost, status);
        REQUIRE(m.refusals == before + !fits, "%u refusals", m.refusals - before);
        m.overrun |= run && cost > left;
        m.context_overrun |= run && cost > context_left;
        if (fits || run)
            charge(cost);
    }
    free(name);
}

static void do_usage(struct fuzz_input *in)
{
    char *name = take_name(in);
    struct flopshim_usage usage, *to = fuzz_byte(in) % 4 ? &usage : NULL;
    int status = flopshim_usage(name, to);
    bool good = to && (!name || is_name(name));
    REQUIRE(good ? status == FLOPSHIM_OK || (name && status == FLOPSHIM_UNKNOWN) : status == FLOPSHIM_BAD_ARGUMENT, "%d",
            status);
    if (good && !name) {
        REQUIRE(usage.flops_used == wide_narrow(m.used) && usage.flop_budget == m.limit, "%lu, not %lu", usage.flops_used,
                wide_narrow(m.used));
        REQUIRE(usage.flops_remaining == left_of(m.limit, m.used), "%lu remain", usage.flops_remaining);
    }
    free(name);
}

static void do_cost(struct fuzz_input *in)
{
    char *routine = take_name(in), *arguments = take_name(in);
    uint64_t flops = 7;
    int status = flopshim_cost(routine, arguments, fuzz_byte(in) % 4 ? &flops : NULL);
    REQUIRE(status == FLOPSHIM_OK || status == FLOPSHIM_UNKNOWN || status == FLOPSHIM_BAD_ARGUMENT, "cost: %d", status);
    REQUIRE(!status || flops == 7, "a refused question has an answer");
    REQUIRE(routine || status == FLOPSHIM_BAD_ARGUMENT, "no routine: %d", status);
    free(routine);
    free(arguments);
}

static void do_one(struct fuzz_input *in)
{
    switch (fuzz_byte(in) % 12) {
    case 0:
    case 1: do_begin(in); break;
    case 2: do_end(in); break;
    case 3: do_push(in); break;
    case 4: do_pop(); break;
    case 5: do_usage(in); break;
    case 6: do_cost(in); break;
    case 7: REQUIRE(flopshim_reset() == FLOPSHIM_OK, "reset"); break;
    case 8: m.answer = fuzz_byte(in) % 2 ? FLOPSHIM_RUN : FLOPSHIM_SKIP; break;
    case 9: REQUIRE(flopshim_begin(NULL) == FLOPSHIM_BAD_ARGUMENT, "begin nothing"); break;
    default: do_deduct(in);
    }
}

/* ---- a process ---- */

static void check_end(bool was_reset)
{
    struct ledger_view view;
    struct summary summary;
    struct out json = {0}, others = {0};
    const char *why = "";
    json_error_t error;
    REQUIRE(ledger_check(ledger, ledger->size_bytes, &view, &why) == 0, "%s", why);
    REQUIRE(summary_from_ledger(&view, NULL, &summary) == 0, "out of memory");
    REQUIRE(summary.has_budget == (m.limit != 0) && summary.flop_budget == m.limit, "budget %lu",
            wide_narrow(summary.flop_budget));
    REQUIRE(was_reset ? summary.flops_used <= m.used : summary.flops_used == m.used, "%lu, not %lu",
            wide_narrow(summary.flops_used), wide_narrow(m.used));
    REQUIRE(m.limit && !m.overrun ? summary.flops_used == m.used && m.used <= m.limit : true, "%lu of %lu", wide_narrow(m.used),
            m.limit);
    fuzz_write(&summary, &json, &others);
    json_t *root = json_loadb(json.data, json.length, JSON_DECODE_INT_AS_REAL, &error);
    REQUIRE(root, "%s: %.*s", error.text, (int)json.length, json.data);
    json_decref(root);
    out_free(&json);
    out_free(&others);
    summary_free(&summary);
}

/* What a fork child does, and gives back what a child's end would. */
static void end_process(void)
{
    struct thread *t = thread_self();
    void *left = ledger, *index = t->index;
    size_t bytes = ledger->backed_bytes, index_bytes = t->index_size * sizeof *t->index;
    ledger_remove();
    ledger_forget_process(false);
    munmap(left, bytes);
    thread_forget_all();
    by_name_forget();
    munmap(index, index_bytes);
    munmap(t, sizeof *t);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    config.quiet = true;
    strcpy(config.output, "none");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint64_t limit = take_flops(&in);
    double multiplier = take_multiplier(&in);
    bool was_reset = false;
    m = (struct model){.limit = limit == UINT64_MAX ? 0 : limit};
    m.multiplier = multiplier > 0 && isfinite(multiplier) ? multiplier : 1;
    config.limit_flops = m.limit ? m.limit : LEDGER_UNLIMITED;
    config.multiplier = m.multiplier;
    config.convention = fuzz_byte(&in) % 2;
    REQUIRE(flopshim_on_exhausted(handle, &m) == FLOPSHIM_OK && enter_thread(), "no start");
    for (int i = 0; in.left && i < CALLS_MAX; i++) {
        was_reset |= *in.data % 12 == 7;
        do_one(&in);
    }
    check_end(was_reset);
    end_process();
    return 0;
}
