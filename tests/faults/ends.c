/* Makes one call of ddot with n = 4, then ends in the way that is named. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

static int is(const char *way, const char *name)
{
    return !strcmp(way, name);
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "return";
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    char *const list[] = {"/bin/true", NULL}, *const environment[] = {"A=1", NULL};
    if (ddot_(&n, x, &one, x, &one) != 4)
        return 1;
    if (is(way, "exit"))
        exit(5);
    if (is(way, "_exit"))
        _exit(5);
    if (is(way, "_Exit"))
        _Exit(5);
    if (is(way, "quick_exit"))
        quick_exit(5);
    if (is(way, "abort"))
        abort();
    if (is(way, "execv"))
        execv(list[0], list);
    if (is(way, "execl"))
        execl("/bin/sh", "sh", "-c", "exit $#", "sh", "a", "b", "c", (char *)NULL);
    if (is(way, "execlp"))
        execlp("sh", "sh", "-c", "exit $#", "sh", "a", "b", (char *)NULL);
    if (is(way, "execle"))
        execle("/bin/sh", "sh", "-c", "exit $A", (char *)NULL, environment);
    if (is(way, "failed exec")) {
        execv("/no/such/program", list);
        ddot_(&n, x, &one, x, &one);
    }
    return 0;
}
