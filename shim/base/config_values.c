/* The table of variables. Pure: what is done about a malformed value is the caller's. */
#include "config_values.h"
#include "config_parse.h"
#include "cost.h"
#include "topics.h"
#include "weights.h"
#include <stddef.h>
#include <string.h>

static bool take_budget(const char *value, struct config *config)
{
    return config_parse_flops(value, &config->limit_flops);
}

static bool take_time_limit(const char *value, struct config *config)
{
    return config_parse_time(value, &config->time_limit_ns);
}

static bool take_multiplier(const char *value, struct config *config)
{
    return config_parse_multiplier(value, config->multiplier_text, &config->multiplier);
}

static bool take_text(const char *value, char *text, size_t size)
{
    if (strlen(value) >= size)
        return false;
    strcpy(text, value);
    return true;
}

static bool take_weights(const char *value, struct config *config)
{
    return weights_are_known(value) && take_text(value, config->weights, sizeof config->weights);
}

static bool take_namespace(const char *value, struct config *config)
{
    return take_text(value, config->namespace_, sizeof config->namespace_);
}

static bool take_ledger_dir(const char *value, struct config *config)
{
    return take_text(value, config->ledger_dir, sizeof config->ledger_dir);
}

static bool take_output(const char *value, struct config *config)
{
    return config_is_template(value) && take_text(value, config->output, sizeof config->output);
}

/* Its place among `count` words, or -1. */
static int place_of(const char *value, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(value, words[i]))
            return i;
    return -1;
}

static bool take_flag(const char *value, bool *flag)
{
    static const char *const words[] = {"0", "1"};
    int place = place_of(value, words, 2);
    if (place >= 0)
        *flag = place == 1;
    return place >= 0;
}

static bool take_quiet(const char *value, struct config *config)
{
    return take_flag(value, &config->quiet);
}

static bool take_verbose(const char *value, struct config *config)
{
    return take_flag(value, &config->verbose);
}

static bool take_disable(const char *value, struct config *config)
{
    return take_flag(value, &config->disabled);
}

static bool take_scope(const char *value, struct config *config)
{
    static const char *const words[] = {"process", "tree", "job"};
    int place = place_of(value, words, 3);
    if (place >= 0) {
        config->tree = place == 1;
        config->job = place == 2;
    }
    return place >= 0;
}

static bool take_exhausted(const char *value, struct config *config)
{
    static const char *const words[] = {"error", "abort", "signal", "warn"};
    int signal = config->signal;
    int place = place_of(value, words, 4);
    if (place < 0 && !strncmp(value, "signal=", 7) && config_parse_signal(value + 7, &signal))
        place = CONFIG_SIGNAL;
    if (place < 0)
        return false;
    config->on_exhausted = (enum config_exhausted)place;
    config->signal = signal;
    return true;
}

static bool take_exit_code(const char *value, struct config *config)
{
    return config_parse_int(value, 1, 255, &config->exit_code);
}

/* The bits of a list of words with commas between. False: one is none of them. */
static bool take_words(const char *value, const char *(*word_of)(unsigned bit), unsigned *bits)
{
    unsigned taken = 0;
    for (const char *word = value;; word++) {
        size_t length = strcspn(word, ",");
        const char *name;
        unsigned bit = 0;
        while ((name = word_of(bit)) != NULL && (strncmp(name, word, length) != 0 || name[length]))
            bit++;
        if (!name)
            return false;
        taken |= 1U << bit;
        word += length;
        if (!*word)
            break;
    }
    *bits = taken;
    return true;
}

/* In the order of enum config_detail, but for the first, which stands for nothing more. */
static const char *detail_word(unsigned bit)
{
    static const char *const words[] = {"routines", "shapes", "callers", "calls", NULL};
    return words[bit];
}

/* Takes "=N" behind "calls" out of the list. False: N is no such number. */
static bool take_calls_kept(char *list, int *kept)
{
    static const char word[] = "calls=";
    char *place = strstr(list, word);
    if (!place)
        return true;
    char *number = place + strlen(word), *end = number + strcspn(number, ",");
    char after = *end;
    *end = 0;
    bool taken = config_parse_int(number, 1, CONFIG_CALLS_MOST, kept);
    *end = after;
    memmove(number - 1, end, strlen(end) + 1);
    return taken;
}

static bool take_detail(const char *value, struct config *config)
{
    char list[64];
    unsigned bits;
    int kept = CONFIG_CALLS_KEPT;
    if (!take_text(value, list, sizeof list) || !take_calls_kept(list, &kept) || !take_words(list, detail_word, &bits))
        return false;
    config->detail = bits >> 1;
    config->calls_kept = kept;
    return true;
}

static bool take_timing(const char *value, struct config *config)
{
    static const char *const words[] = {"off", "auto", "all"};
    int place = place_of(value, words, 3);
    if (place >= 0)
        config->timing = (enum config_timing)place;
    return place >= 0;
}

static bool take_convention(const char *value, struct config *config)
{
    static const char *const words[] = {"ops", "fma"};
    int place = place_of(value, words, 2);
    if (place >= 0)
        config->convention = place ? COST_FMA : COST_OPS;
    return place >= 0;
}

static const char *topic_word(unsigned bit)
{
    return bit < COST_TOPICS ? cost_topic_name((enum cost_topic)bit) : NULL;
}

static bool take_count(const char *value, struct config *config)
{
    unsigned counted;
    bool taken = take_words(value, topic_word, &counted);
    if (taken)
        config->left_out = ((1U << COST_TOPICS) - 1) & ~counted;
    return taken;
}

const struct config_variable config_variables[CONFIG_VARIABLES] = {
    {"FLOP_BUDGET", take_budget, NULL,
     "a whole number of FLOPs > 0, at most 1e36, such as 10000000, 10_000_000, 1e25, 2.5G or 5T (k M G T P E Z Y)", "",
     CONFIG_LIMIT},
    {"FLOP_TIME_LIMIT", take_time_limit, NULL, "wall time > 0 with a unit (ms, s, m or h), such as 30s, 1.5m or 2h", "",
     CONFIG_LIMIT},
    {"FLOP_MULTIPLIER", take_multiplier, NULL, "a number > 0 of at most 62 characters, such as 0.5", "; using 1",
     CONFIG_NO_LIMIT},
    {"FLOP_WEIGHTS", take_weights, "dp-scaled", "dp-scaled, or a file (a name with a slash or a dot)", "; all FLOPs count 1",
     CONFIG_LIMIT_OF},
    {"FLOP_COUNT", take_count, "blas lapack fft dnn", "one or more of blas, lapack, fft and dnn, separated by commas",
     "; counting blas,lapack,fft,dnn", CONFIG_LIMIT_OF},
    {"FLOP_NAMESPACE", take_namespace, NULL, "a shorter text", "; ignoring it", CONFIG_NO_LIMIT},
    {"FLOP_SCOPE", take_scope, "process tree job", "process, tree or job", "; using process", CONFIG_LIMIT_OF},
    {"FLOP_ON_EXHAUSTED", take_exhausted, "error abort signal warn",
     "error, abort, signal=NAME (such as signal=SIGXCPU) or warn", "; using error", CONFIG_NO_LIMIT},
    {"FLOP_EXIT_CODE", take_exit_code, NULL, "a whole number from 1 to 255", "; using 86", CONFIG_NO_LIMIT},
    {"FLOP_OUTPUT", take_output, NULL,
     "file names that end in .txt, .json or .csv, with %p %h %e %r %j %t or %%, separated by commas, none, or stderr",
     "; using flopshim.%e.%p.txt", CONFIG_NO_LIMIT},
    {"FLOP_DETAIL", take_detail, "routines shapes callers calls",
     "one or more of routines, shapes, callers and calls (or calls=N: the newest N of each thread, 1 to 999999), "
     "separated by commas",
     "; using routines", CONFIG_NO_LIMIT},
    {"FLOP_TIMING", take_timing, "off auto all", "off, auto or all", "; using auto", CONFIG_NO_LIMIT},
    {"FLOP_CONVENTION", take_convention, "ops fma", "ops or fma", "; using ops", CONFIG_NO_LIMIT},
    {"FLOP_QUIET", take_quiet, "0 1", "0 or 1", "; using 0", CONFIG_NO_LIMIT},
    {"FLOP_VERBOSE", take_verbose, "0 1", "0 or 1", "; using 0", CONFIG_NO_LIMIT},
    {"FLOP_DISABLE", take_disable, "0 1", "0 or 1", "; using 0", CONFIG_NO_LIMIT},
    {"FLOP_LEDGER_DIR", take_ledger_dir, NULL, "a shorter text", "; ignoring it", CONFIG_NO_LIMIT},
};

const struct config_variable *config_variable(const char *name)
{
    for (int i = 0; i < CONFIG_VARIABLES; i++)
        if (!strcmp(name, config_variables[i].name))
            return &config_variables[i];
    return NULL;
}
