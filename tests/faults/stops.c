/* stops WAY: a program under job control, that makes a call at its beginning. Its pid goes to the file PID_FILE.
 *   self NUMBER   sends itself the signal, says when it goes on, and makes another call
 *   killed        the same with SIGSTOP, and then kills itself
 *   read          reads a line and says which
 *   catch         the same, with a handler of SIGTSTP that only says so
 *   tidy          the same, with a handler of SIGTSTP that says so and stops, and one of SIGCONT that says so
 *   pause         waits for signals */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static void call(void)
{
    static const double x[1] = {1};
    ddot_(&(int){1}, x, &(int){1}, x, &(int){1});
}

static void say(const char *what)
{
    if (write(1, what, strlen(what)) < 0)
        _exit(9);
}

static void caught(int signal)
{
    (void)signal;
    say("caught\n");
}

static void tidy(int signal)
{
    (void)signal;
    say("tidied\n");
    raise(SIGSTOP);
}

static void back(int signal)
{
    (void)signal;
    say("back\n");
}

static void note_pid(void)
{
    const char *name = getenv("PID_FILE");
    char unready[512];
    if (!name)
        return;
    snprintf(unready, sizeof unready, "%s.new", name);
    FILE *f = fopen(unready, "w");
    if (!f || fprintf(f, "%d", (int)getpid()) < 0 || fclose(f) || rename(unready, name))
        exit(9);
}

static int read_line(void)
{
    char line[64] = "";
    say("ready\n");
    ssize_t length = read(0, line, sizeof line - 1);
    printf("got %s", length > 0 ? line : "nothing\n");
    return 4;
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    call();
    note_pid();
    if (!strcmp(way, "self") || !strcmp(way, "killed")) {
        raise(argc > 2 ? atoi(argv[2]) : SIGSTOP);
        say("went on\n");
        call();
        if (!strcmp(way, "killed"))
            raise(SIGKILL);
        return 3;
    }
    if (!strcmp(way, "pause")) {
        say("ready\n");
        for (;;)
            pause();
    }
    if (!strcmp(way, "catch"))
        sigaction(SIGTSTP, &(struct sigaction){.sa_handler = caught, .sa_flags = SA_RESTART}, NULL);
    if (!strcmp(way, "tidy")) {
        sigaction(SIGTSTP, &(struct sigaction){.sa_handler = tidy, .sa_flags = SA_RESTART}, NULL);
        sigaction(SIGCONT, &(struct sigaction){.sa_handler = back, .sa_flags = SA_RESTART}, NULL);
    }
    return read_line();
}
