/* descriptors: counts its open descriptors before its first call, after it and after many, closes all from 3 upwards, and
 * goes on until its ledger must grow. Prints the counts. */
#include "flopshim.h"
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static void count(const char *when)
{
    int open_ones = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        open_ones++;
    closedir(folder);
    printf("%s: %d\n", when, open_ones - 3); /* . and .. and its own */
}

static void calls(int from, int to)
{
    static const double x[1];
    char name[16];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "part%d", i);
        flopshim_push(name);
        ddot_(&(int){1}, x, &(int){1}, x, &(int){1});
        flopshim_pop();
    }
}

int main(void)
{
    count("before");
    calls(0, 1);
    count("after one call");
    calls(1, 1000);
    count("after 1000 calls");
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    calls(1000, 5000);
    count("after closing all, and 4000 more");
    return 0;
}
