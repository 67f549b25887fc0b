/* The prices of a fixed list of calls: tests/prices.golden, one `routine name=value ... | price class` a line, under the
 * name of the cost model that they belong to. A price that changes on purpose: raise COST_MODEL in cost/cost.h, then
 *
 *     UPDATE_PRICES=1 ./unit_prices
 *
 * rewrites the prices (never the list), and the difference is reviewed with the change. */
#include "evaluate.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LENGTH 512
#define ARGUMENTS_MAX 24

/* The answer to the call that the line asks for, as it stands in the file. */
static void answer_line(const char *line, char *answer, size_t size)
{
    char copy[LINE_LENGTH], error[256];
    const char *words[ARGUMENTS_MAX];
    struct cost_answer a;
    int count = 0;
    snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "|\n"), line);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) && count < ARGUMENTS_MAX;)
        if (*word)
            words[count++] = word;
    cr_assert(count > 0);
    if (cost_evaluate(words[0], count - 1, words + 1, &a, error, sizeof error) < 0)
        snprintf(answer, size, "%s", error);
    else
        snprintf(answer, size, "%llu %s", (unsigned long long)a.flop_cost, cost_class_name(a.accuracy));
}

static void update(FILE *file)
{
    char line[LINE_LENGTH], answer[256];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "# %s\n", COST_MODEL);
    while (fgets(line, sizeof line, file)) {
        answer_line(line, answer, sizeof answer);
        fprintf(out, "%.*s| %s\n", (int)strcspn(line, "|\n"), line, answer);
    }
    fclose(out);
    freopen(PRICES_GOLDEN, "w", file);
    fwrite(text, 1, size, file);
    free(text);
}

Test(prices, no_price_changes_without_the_cost_model)
{
    char line[LINE_LENGTH], answer[256], model[64];
    FILE *file = fopen(PRICES_GOLDEN, "r");
    cr_assert(file, "cannot open %s", PRICES_GOLDEN);
    cr_assert(fgets(line, sizeof line, file) && sscanf(line, "# %63s", model) == 1);
    const bool same_model = !strcmp(model, COST_MODEL);
    if (getenv("UPDATE_PRICES") && !same_model) {
        update(file);
        fclose(file);
        return;
    }
    cr_expect(same_model, "prices of %s, the model is %s: see the top of this test", model, COST_MODEL);
    while (fgets(line, sizeof line, file)) {
        answer_line(line, answer, sizeof answer);
        const char *expected = line + strcspn(line, "|");
        cr_expect(!strncmp(expected, "| ", 2) && strlen(answer) == strcspn(expected + 2, "\n") &&
                      !strncmp(expected + 2, answer, strlen(answer)),
                  "%.*s: now %s", (int)strcspn(line, "\n"), line, answer);
    }
    fclose(file);
}
