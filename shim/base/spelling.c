/* The optimal string alignment distance, and the nearest name by it. */
#include "spelling.h"
#include <string.h>

int spelling_distance(const char *a, const char *b)
{
    enum { LONGEST = 24 };
    int rows[LONGEST + 1][LONGEST + 1];
    size_t m = strnlen(a, LONGEST + 1), n = strnlen(b, LONGEST + 1);
    if (m > LONGEST || n > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= m; i++)
        for (size_t j = 0; j <= n; j++) {
            if (!i || !j) {
                rows[i][j] = (int)(i + j);
                continue;
            }
            int best = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (rows[i - 1][j] + 1 < best)
                best = rows[i - 1][j] + 1;
            if (rows[i][j - 1] + 1 < best)
                best = rows[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && rows[i - 2][j - 2] + 1 < best)
                best = rows[i - 2][j - 2] + 1;
            rows[i][j] = best;
        }
    return rows[m][n];
}

int spelling_tolerance(const char *name)
{
    return strnlen(name, 4) < 4 ? 1 : 2;
}

const char *spelling_nearest(const char *name, const char *const *known, size_t count)
{
    const char *near = NULL;
    int nearest = spelling_tolerance(name) + 1;
    for (size_t i = 0; i < count; i++) {
        int distance = spelling_distance(name, known[i]);
        if (!distance)
            return NULL;
        if (distance < nearest) {
            nearest = distance;
            near = known[i];
        }
    }
    return near;
}
