/* grow N: one call, then, at a line on stdin, a call in each of N new namespaces, so that the ledger must grow; ends at the
 * next line or at the end of stdin. Says how far it is. A handler of SIGXFSZ tells on the library that raises it. After a
 * failed exec the summary has been written once, and the ledger's file is gone. */
#include "flopshim.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static void on_limit(int signal)
{
    (void)signal;
    static const char text[] = "SIGXFSZ\n";
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
        _exit(9);
}

static void call(void)
{
    static const double x[1];
    ddot_(&(int){1}, x, &(int){1}, x, &(int){1});
}

static void say(const char *what)
{
    puts(what);
    fflush(stdout);
    (void)!getchar();
}

int main(int argc, char **argv)
{
    char name[24];
    if (getenv("HANDLE_SIGXFSZ"))
        signal(SIGXFSZ, on_limit);
    call();
    if (getenv("FAILED_EXEC"))
        execv("/no/such/program", argv);
    say("called");
    for (int i = 0, count = argc > 1 ? atoi(argv[1]) : 0; i < count; i++) {
        snprintf(name, sizeof name, "namespace-%d", i);
        flopshim_push(name);
        call();
        flopshim_pop();
    }
    say("grown");
    return 5;
}
