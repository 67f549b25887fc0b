#include "path.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(path, the_base_name_is_what_follows_the_last_slash)
{
    static const char *const cases[][2] = {
        {"/usr/bin/env", "env"}, {"bin/env", "env"}, {"env", "env"}, {"/", ""}, {"", ""}, {"bin/", ""}, {"//a", "a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(str, (char *)(uintptr_t)path_base(cases[i][0]), (char *)(uintptr_t)cases[i][1]));
}
