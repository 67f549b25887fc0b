/* execvp's rules, without running anything. What a program starts itself is not followed (but for env in a #! line). */
#include "command.h"
#include "kernel.h"
#include "path.h"
#include "target.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 256, DEPTH = 5 }; /* the kernel's own limits of a #! line */

static bool look_up(const char *name, char *path, size_t size)
{
    struct stat st;
    return target_find(name, getenv("PATH"), path, size) && !kernel_stat(path, &st) && S_ISREG(st.st_mode) &&
           !access(path, X_OK);
}

/* Reads the #! line of a file and sets *program to what it names. False: there is none. */
static bool read_script(const char *path, char *line, const char **program)
{
    char *rest;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, line, LINE - 1) : 0;
    if (fd >= 0)
        close(fd);
    if (length < 3 || memcmp(line, "#!", 2) != 0)
        return false;
    line[length] = 0;
    line[strcspn(line, "\n")] = 0;
    *program = strtok_r(line + 2, " \t", &rest);
    if (!*program)
        return false;
    if (strcmp(path_base(*program), "env") != 0)
        return true;
    for (char *word = strtok_r(NULL, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        if (*word != '-' && !strchr(word, '=')) {
            *program = word;
            break;
        }
    return true;
}

int command_program(const char *name, char *path, size_t size)
{
    char lines[DEPTH][LINE];
    for (int i = 0; i < DEPTH; i++) {
        if (!look_up(name, path, size))
            return -1;
        if (!read_script(path, lines[i], &name))
            return 0;
    }
    return -1;
}
