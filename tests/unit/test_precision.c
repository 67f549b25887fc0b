/* In which precision routines compute. */
#include "precision.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *routine, *precision;
} cases[] = {
    {"sgemm", "single"},         {"dgemm", "double"},          {"cgemm", "single_complex"},
    {"zgemm", "double_complex"}, {"scnrm2", "single_complex"}, {"dznrm2", "double_complex"},
    {"isamax", "single"},        {"izamax", "double_complex"}, {"csscal", "single_complex"},
    {"zdrot", "double_complex"}, {"zcgesv", "single_complex"}, {"dsgesv", "single"},
    {"dsdot", "double"},         {"sdsdot", "double"},         {"sbgemm", "half"},
    {"shgemm", "half"},          {"zheev", "double_complex"},  {"dsyev", "double"},
    {"sgetrf", "single"},        {"dlag2s", "double"},         {"fftw_execute", "double_complex"},
};

Test(precision, is_that_of_most_operations)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int routine = cost_find(cases[i].routine);
        cr_assert(routine >= 0, "%s", cases[i].routine);
        cr_expect_str_eq(cost_precision_name(cost_precision(&cost_routines[routine])), cases[i].precision, "%s",
                         cases[i].routine);
    }
}
