/* own_stderr HOW FILE: what becomes of stderr before the first call. data: 0 to 2 are closed, and three files opened, so that
 * FILE is descriptor 2; closed: 2 is; kept: nothing; moved: a pipe that the parent reads, FILE is what came. Then three calls,
 * and in data a line to FILE before and after each. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

static int data = -1;

static void line(const char *text)
{
    if (data >= 0 && write(data, text, strlen(text)) < 0)
        _exit(3);
}

static void call(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    for (int i = 0; i < 3; i++) {
        line("data\n");
        ddot_(&n, x, &one, x, &one);
    }
    line("end\n");
}

static void open_data(const char *file)
{
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    for (int fd = 0; fd < 3; fd++)
        data = open(fd == 2 ? file : "/dev/null", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (data != 2)
        _exit(4);
}

/* What the child says in its pipe goes to the file. */
static int copy(const char *file)
{
    char text[4096];
    int ends[2], status = 0, to = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (to < 0 || pipe(ends))
        return 4;
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        call();
        exit(0);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], text, sizeof text)) > 0;)
        if (write(to, text, (size_t)got) != got)
            return 4;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    if (!strcmp(argv[1], "moved"))
        return copy(argv[2]);
    if (!strcmp(argv[1], "data"))
        open_data(argv[2]);
    if (!strcmp(argv[1], "closed"))
        close(2);
    call();
    return 0;
}
