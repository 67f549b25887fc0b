/* stepped FILE: the clock of the day is set back a day before each of 5 calls, by the offset that libfaketime reads from FILE.
 */
#include <stdio.h>
#include <time.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

int main(int argc, char **argv)
{
    static const double x[1000];
    time_t before = time(NULL);
    for (int day = 1; argc > 1 && day <= 5; day++) {
        ddot_(&(int){1000}, x, &(int){1}, x, &(int){1});
        FILE *file = fopen(argv[1], "w");
        if (!file)
            return 1;
        fprintf(file, "-%dd\n", day);
        fclose(file);
    }
    printf("%.0f\n", difftime(time(NULL), before) / 86400);
    return 0;
}
