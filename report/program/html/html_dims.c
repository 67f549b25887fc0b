/* Reads "m=512 n=512 side=L". */
#include "html_dims.h"
#include "html_put.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int at_most(int power)
{
    return power >= HTML_POWERS ? HTML_POWERS - 1 : power;
}

static int power_of(double size)
{
    return size >= 1 ? at_most(ilogb(size)) : -1;
}

/* Counts of other things are no sizes of a matrix. */
static bool is_size(const char *name, size_t length)
{
    static const char *const others[] = {"batch_size", "group_count", "param", "nb", "mb"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i]) == length && strncmp(others[i], name, length) == 0)
            return false;
    return true;
}

int html_dims_power(const char *shape)
{
    double sum = 0;
    unsigned count = 0;
    for (const char *at = shape; *at; at += strcspn(at, " "), at += *at == ' ') {
        size_t name = strcspn(at, "= ");
        if (at[name] != '=' || !isdigit((unsigned char)at[name + 1]) || !is_size(at, name))
            continue;
        double size = strtod(at + name + 1, NULL);
        if (size < 1)
            return -1;
        sum += log10(size); /* log2 and pow have new versions since glibc 2.29 */
        count++;
    }
    return count ? at_most((int)floor(sum / count / log10(2) + 1e-9)) : -1;
}

int html_dims_power_of(const char *shape, char name)
{
    for (const char *at = shape; *at; at += strcspn(at, " "), at += *at == ' ')
        if (at[0] == name && at[1] == '=')
            return power_of(strtod(at + 2, NULL));
    return -1;
}

void html_put_power(struct out *out, int power)
{
    static const char *const prefixes[] = {"", "k", "M", "G"};
    out_format(out, "%d%s", 1 << (power % 10), prefixes[power / 10]);
}
