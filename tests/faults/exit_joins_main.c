/* exit_joins_main WAY: starts the library's thread and ends, by exit or, after a handler has jumped out of an abort, by exit
 * too. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void exit_joins_start(void);

static sigjmp_buf back;

static void jump(int number)
{
    nanosleep(&(struct timespec){0, 30000000}, NULL); /* the thread's calls must not wait for it for ever */
    siglongjmp(back, number);
}

int main(int argc, char **argv)
{
    exit_joins_start();
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    if (argc > 1 && !strcmp(argv[1], "abort") && !sigsetjmp(back, 1)) {
        signal(SIGABRT, jump);
        abort();
    }
    exit(3);
}
