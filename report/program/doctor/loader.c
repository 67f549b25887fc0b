/* A loader that is not the system's could be any program: only one that belongs to root, and lies where root installs things,
 * is started. What would have it run code of the file's, or of a third (LD_WARN, LD_AUDIT), is taken out of its environment. */
#include "loader.h"
#include "kernel.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSTEM_LOADER "/lib64/ld-linux-x86-64.so.2"
enum { ANSWER_MOST = 1 << 20 };

static bool is_installed(const char *real)
{
    static const char *const roots[] = {"/lib/", "/lib64/", "/usr/lib", "/opt/", "/nix/store/", "/gnu/store/"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (!strncmp(real, roots[i], strlen(roots[i])))
            return true;
    return false;
}

static bool is_trusted(const char *loader)
{
    struct stat st;
    char real[PATH_MAX];
    return realpath(loader, real) && is_installed(real) && !kernel_stat(real, &st) && S_ISREG(st.st_mode) && !st.st_uid &&
           !(st.st_mode & 022);
}

static _Noreturn void become(const char *loader, const char *file, const char *preload, int to)
{
    static const char *const unwanted[] = {"LD_WARN",     "LD_DEBUG",   "LD_DEBUG_OUTPUT", "LD_AUDIT",
                                           "LD_BIND_NOW", "LD_PROFILE", "LD_SHOW_AUXV",    "LD_VERBOSE"};
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
        unsetenv(unwanted[i]);
    if (preload)
        setenv("LD_PRELOAD", preload, 1);
    else
        unsetenv("LD_PRELOAD");
    setenv("LC_ALL", "C", 1);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO);
    setenv("LD_TRACE_LOADED_OBJECTS", "1", 1); /* as ldd does; --list ends at the first library that is missing */
    execl(loader, loader, file, (char *)NULL);
    _exit(127);
}

/* All that comes, with a 0 behind it; NULL: no memory, or nothing came. */
static char *read_all(int from)
{
    char *text = malloc(ANSWER_MOST + 1);
    size_t length = 0;
    for (ssize_t more = 1; text && more && length < ANSWER_MOST;) {
        more = read(from, text + length, ANSWER_MOST - length);
        if (more < 0 && errno != EINTR)
            break;
        length += more > 0 ? (size_t)more : 0;
    }
    if (text)
        text[length] = 0;
    return text;
}

static char *run(const char *loader, const char *file, const char *preload)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0)
        become(loader, file, preload, ends[1]);
    close(ends[1]);
    char *text = pid < 0 ? NULL : read_all(ends[0]);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && text && !*text) {
        free(text);
        return NULL;
    }
    return text;
}

static char *cut_at(char *text, const char *end)
{
    char *found = strstr(text, end);
    if (found)
        *found = 0;
    return found;
}

/* "ERROR: ld.so: object 'x' from LD_PRELOAD cannot be preloaded (why): ignored." */
static const char *take_refusal(char *line)
{
    char *why = strstr(line, "cannot be preloaded (");
    if (!why)
        return NULL;
    why += strlen("cannot be preloaded (");
    cut_at(why, "): ignored");
    return why;
}

static void take_line(struct loader_answer *answer, char *line)
{
    char *arrow = strstr(line, " => ");
    if (*line != '\t') {
        const char *refused = take_refusal(line);
        answer->refused = refused ? refused : answer->refused;
        if (!refused && *line && !answer->error)
            answer->error = line;
        return;
    }
    line++;
    if (arrow && !strcmp(arrow + 4, "not found")) {
        *arrow = 0;
        answer->missing[answer->missing_count++] = line;
        return;
    }
    char *path = arrow ? arrow + 4 : line;
    if (*path == '/' && cut_at(path, " (0x"))
        answer->paths[answer->path_count++] = path;
}

void loader_ask(const char *loader, const char *file, const char *preload, struct loader_answer *answer)
{
    size_t lines = 1;
    char *rest;
    *answer = (struct loader_answer){.text = run(is_trusted(loader) ? loader : SYSTEM_LOADER, file, preload)};
    if (!answer->text)
        return;
    for (const char *p = answer->text; (p = strchr(p, '\n')); p++)
        lines++;
    answer->paths = calloc(lines, sizeof *answer->paths);
    answer->missing = calloc(lines, sizeof *answer->missing);
    answer->asked = answer->paths && answer->missing;
    for (char *line = answer->asked ? strtok_r(answer->text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
        take_line(answer, line);
}

void loader_free(struct loader_answer *answer)
{
    free(answer->text);
    free(answer->paths);
    free(answer->missing);
    *answer = (struct loader_answer){0};
}
