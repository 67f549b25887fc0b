/* What a routine that is not known is answered with. */
#include "cost.h"
#include "suggest.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static bool is_family(const char *name)
{
    for (int i = 0; i < cost_routine_count; i++)
        if (!strcmp(cost_family(&cost_routines[i]), name))
            return true;
    return false;
}

/* Splits a copy in place. */
static const char *next_word(char **rest)
{
    return strtok_r(NULL, " ", rest);
}

Test(suggest, families_of_topics_have_a_price)
{
    for (size_t i = 0; i < suggest_topic_count(); i++) {
        char families[256] = " ", *rest = families;
        strcat(families, suggest_topics[i].families);
        for (const char *word; (word = next_word(&rest));)
            cr_expect(is_family(word), "topic %s: no routine is of family %s", suggest_topics[i].names, word);
    }
}

/* Else the routine of that name could not be asked for by a topic's, or one topic hides another. */
Test(suggest, topics_are_no_routines_and_each_once)
{
    for (size_t i = 0; i < suggest_topic_count(); i++) {
        char names[256] = " ", *rest = names;
        strcat(names, suggest_topics[i].names);
        for (const char *word; (word = next_word(&rest));) {
            cr_expect(cost_find(word) < 0 && !is_family(word), "%s is a routine", word);
            cr_expect(eq(ptr, (void *)suggest_topic(word), (void *)suggest_topics[i].families), "%s stands twice", word);
        }
    }
}

Test(suggest, tails)
{
    static const struct {
        const char *typed, *tail;
    } cases[] = {
        {"dgem", "; did you mean dgemv, dgemm or dger?"},
        {"Dgmem", "; did you mean dgemm?"},
        {"scipy_cblas_dgemn_64_", "; did you mean dgemv or dgemm?"},
        {"potrf", "; with its precision it is spotrf, dpotrf, cpotrf or zpotrf"},
        {"SVD", "; routines of that topic are dgesdd, dgesvd, dgesvdx, dgesvdq and dgejsv (in double precision)"},
        {"det", "; the routine of that topic is dgetrf (in double precision)"},
        {"choleski", "; did you mean cholesky?"},
        {"", "; `flopshim list` prints those that have a price"},
        {"completely_different", "; `flopshim list` prints those that have a price"},
    };
    char tail[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        suggest_routine(cases[i].typed, tail, sizeof tail);
        cr_expect(eq(str, tail, (char *)cases[i].tail), "%s", cases[i].typed);
    }
    suggest_routine("dgem", tail, 12);
    cr_expect(eq(str, tail, (char *)"; did you m"), "cut to size");
}
