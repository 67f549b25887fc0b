/* Prices against tests/expected.tsv, which has them by hand. test_rows.py holds the file to the spec. */
#include "evaluate.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 16

static void check(char *call, uint64_t expected)
{
    char error[256], name[256];
    const char *words[ARGUMENTS_MAX];
    struct cost_answer answer = {0};
    int count = 0;
    snprintf(name, sizeof name, "%s", call);
    for (char *rest = call, *word; (word = strsep(&rest, " ")) && count < ARGUMENTS_MAX;)
        words[count++] = word;
    cr_expect_eq(cost_evaluate(words[0], count - 1, words + 1, &answer, error, sizeof error), 0, "%s: %s", name, error);
    cr_expect_eq(answer.flop_cost, expected, "%s: %" PRIu64 ", by hand %" PRIu64, name, answer.flop_cost, expected);
}

Test(expected, prices_are_those_worked_out_by_hand)
{
    char line[512];
    int calls = 0;
    FILE *file = fopen(EXPECTED_TSV, "r");
    cr_assert(file, "cannot open %s", EXPECTED_TSV);
    while (fgets(line, sizeof line, file)) {
        char *rest = line, *call = strsep(&rest, "\t");
        if (*line == '#')
            continue;
        cr_assert(rest, "%s: no count behind a tab", call);
        check(call, strtoull(rest, NULL, 10));
        calls++;
    }
    fclose(file);
    cr_assert_gt(calls, 0);
}
