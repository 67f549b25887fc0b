/* The functions of flopshim.h that charge, ask and answer without keeping anything of their own. */
#include "charge.h"
#include "config.h"
#include "config_parse.h"
#include "cost.h"
#include "enter.h"
#include "evaluate.h"
#include "flopshim.h"
#include "names.h"
#include "own_stack.h"
#include "precision.h"
#include "refuse.h"
#include "so_far.h"
#include "start.h"

#define QUESTION_BYTES 1024
#define EXPORTED __attribute__((visibility("default")))

EXPORTED int flopshim_deduct(const char *name, uint64_t flop_cost)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!names_is_valid(name))
        return FLOPSHIM_BAD_ARGUMENT;
    const struct deduction deduction = {.operation = name, .cost = flop_cost, .precision = COST_PRECISIONS};
    return call_deduct(t, &deduction) ? FLOPSHIM_OK : FLOPSHIM_REFUSED;
}

/* For the Python package: of work in a precision, whose weight holds. */
EXPORTED int flopshim_python_deduct(const char *name, uint64_t flop_cost, uint32_t precision);
EXPORTED int flopshim_python_deduct(const char *name, uint64_t flop_cost, uint32_t precision)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    const struct deduction deduction = {.operation = name, .cost = flop_cost, .precision = precision};
    return call_deduct(t, &deduction) ? FLOPSHIM_OK : FLOPSHIM_REFUSED;
}

/* For the Python package: before work whose cost is deducted when it is done. What would not fit is refused as
 * flopshim_deduct() refuses it, what fits is not charged. */
EXPORTED int flopshim_python_fits(const char *name, uint64_t flop_cost);
EXPORTED int flopshim_python_fits(const char *name, uint64_t flop_cost)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!names_is_valid(name))
        return FLOPSHIM_BAD_ARGUMENT;
    return call_fits(t, name, flop_cost) ? FLOPSHIM_OK : FLOPSHIM_REFUSED;
}

EXPORTED int flopshim_on_exhausted(flopshim_handler new_handler, void *data)
{
    if (!start_shim())
        return FLOPSHIM_NOT_LOADED;
    refuse_ask(new_handler, data);
    return FLOPSHIM_OK;
}

/* "m=512 n=512" as words; at most as many as a routine has arguments. */
static int split_words(char *text, const char **words, int most)
{
    int count = 0;
    char *rest;
    for (char *word = strtok_r(text, " \t,", &rest); word && count < most; word = strtok_r(NULL, " \t,", &rest))
        words[count++] = word;
    return count;
}

struct question {
    const char *routine, *arguments;
    uint64_t *flop_cost;
    int status;
};

static void evaluate(void *data)
{
    struct question *q = data;
    char text[QUESTION_BYTES] = "", error[256];
    const char *words[64];
    struct cost_answer answer;
    if (q->arguments)
        strcpy(text, q->arguments);
    q->status = FLOPSHIM_BAD_ARGUMENT;
    if (cost_evaluate(q->routine, split_words(text, words, 64), words, &answer, error, sizeof error))
        return;
    *q->flop_cost = config.convention == COST_FMA ? answer.fma_cost : answer.flop_cost;
    q->status = FLOPSHIM_OK;
}

EXPORTED int flopshim_cost(const char *routine, const char *arguments, uint64_t *flop_cost)
{
    struct question question = {.routine = routine, .arguments = arguments, .flop_cost = flop_cost};
    if (!start_shim())
        return FLOPSHIM_NOT_LOADED;
    if (!routine || !flop_cost || (arguments && strlen(arguments) >= QUESTION_BYTES))
        return FLOPSHIM_BAD_ARGUMENT;
    if (cost_find(routine) < 0)
        return FLOPSHIM_UNKNOWN;
    own_stack_run(evaluate, &question);
    return question.status;
}

EXPORTED int flopshim_write_summary(const char *path)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!path || !config_is_template(path))
        return FLOPSHIM_BAD_ARGUMENT;
    return so_far_write(path) ? FLOPSHIM_NO_SPACE : FLOPSHIM_OK;
}

EXPORTED int flopshim_uncovered(char *text, uint32_t room, uint32_t *length)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!length || (room && !text))
        return FLOPSHIM_BAD_ARGUMENT;
    *length = (uint32_t)so_far_uncovered(text, room);
    return FLOPSHIM_OK;
}

EXPORTED const char *flopshim_version(void)
{
    return FLOPSHIM_VERSION;
}

EXPORTED int flopshim_version_number(void)
{
    return FLOPSHIM_VERSION_NUMBER;
}
