/* LD_PRELOAD is split at blanks and colons and has no way to quote them, and ld.so expands $ORIGIN in it: hence the link. */
#include "preload.h"
#include "command.h"
#include "elf_needed.h"
#include "library.h"
#include "path.h"
#include "sanitizer.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEPARATORS " :" /* ld.so's own, of LD_PRELOAD */
#define SPECIAL " :\t\n$"

/* The folder of the running program. */
static int program_folder(char *folder, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length < 0)
        return -1;
    folder[length] = 0;
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    return 0;
}

/* Would the loader take it? It only warns, and runs the program without. */
static bool is_library(const char *path)
{
    struct elf_file elf;
    if (elf_open(path, &elf) < 0)
        return false;
    elf_close(&elf);
    return true;
}

int preload_seek(char *path, size_t size, char *why, size_t why_size)
{
    /* Its own installation, wherever that was moved to, comes before the place that it was configured for */
    static const char *const places[] = {".", FLOPSHIM_LIBDIR_FROM_BINDIR, FLOPSHIM_LIBDIR};
    char folder[PATH_MAX];
    char candidate[2 * PATH_MAX];
    char real[PATH_MAX];
    const char *named = getenv("FLOPSHIM_LIBRARY");
    if (named && *named) {
        if (is_library(named) && realpath(named, real) && strlen(real) < size) {
            strcpy(path, real);
            return 0;
        }
        snprintf(why, why_size, "FLOPSHIM_LIBRARY=%s: expected the path of " PRELOAD_LIBRARY ": %s", named, strerror(errno));
        return -1;
    }
    if (program_folder(folder, sizeof folder) < 0) {
        snprintf(why, why_size, "cannot read /proc/self/exe to find " PRELOAD_LIBRARY ": %s", strerror(errno));
        return -1;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *place = places[i];
        if (*place == '/')
            snprintf(candidate, sizeof candidate, "%s/" PRELOAD_LIBRARY, place);
        else
            snprintf(candidate, sizeof candidate, "%s/%s/" PRELOAD_LIBRARY, folder, place);
        if (access(candidate, R_OK) == 0 && realpath(candidate, real) && strlen(real) < size) {
            strcpy(path, real);
            return 0;
        }
    }
    snprintf(why, why_size,
             "cannot find " PRELOAD_LIBRARY ": it is neither in %s, beside this program, nor in " FLOPSHIM_LIBDIR
             " of its installation",
             folder);
    return -1;
}

int preload_find(char *path, size_t size)
{
    char why[2 * PATH_MAX];
    int result = preload_seek(path, size, why, sizeof why);
    if (result < 0)
        fprintf(stderr, "flopshim: %s\n", why);
    return result;
}

bool preload_can_hold(const char *path)
{
    return !path[strcspn(path, SPECIAL)];
}

/* A library by a path that LD_PRELOAD can hold: its own, or that of a link to it, which is made then (1). 0, or -1 after a
 * message. */
static int name_library(const char **library, const char *folder, char *link, size_t size)
{
    if (preload_can_hold(*library))
        return 0;
    snprintf(link, size, "%s/%s", folder, path_base(*library));
    if (!preload_can_hold(folder)) {
        fprintf(stderr,
                "flopshim: LD_PRELOAD cannot hold the path %s (blank, colon or $), nor a link to it in %s; set "
                "--ledger-dir to a folder without them\n",
                *library, folder);
        return -1;
    }
    if (symlink(*library, link) < 0) {
        fprintf(stderr, "flopshim: cannot link %s to %s: %s\n", link, *library, strerror(errno));
        return -1;
    }
    *library = link;
    return 1;
}

struct order {
    char *first, *then; /* runtimes of sanitizers; all else: each entry with a colon behind it */
};

/* An entry that is there already is not repeated: what comes first counts. */
static void add_entry(char *entries, const char *entry)
{
    size_t length = strlen(entry);
    for (const char *p = entries; *p; p += strcspn(p, ":") + 1)
        if (!strncmp(p, entry, length) && p[length] == ':')
            return;
    strcat(strcat(entries, entry), ":");
}

static void add_sorted(struct order *order, const char *entry)
{
    add_entry(sanitizer_is_runtime(entry) ? order->first : order->then, entry);
}

/* The runtimes that the program and the library need, those that were preloaded before, the library, the one of MPI jobs where
 * it is wanted (or ""), and the rest. */
static int set_order(const char *library, const char *mpi, const char *program, char *before)
{
    char needed[2][NAME_MAX + 1] = {"", ""};
    char *rest;
    size_t room = strlen(library) + strlen(mpi) + strlen(before) + sizeof needed + 16;
    struct order order = {calloc(1, room), calloc(1, room)};
    char *value = NULL;
    int length = -1;
    if (*program)
        sanitizer_runtime_of(program, needed[0], sizeof needed[0]);
    sanitizer_runtime_of(library, needed[1], sizeof needed[1]);
    if (order.first && order.then) {
        for (int i = 0; i < 2; i++)
            if (*needed[i])
                add_sorted(&order, needed[i]);
        add_sorted(&order, library);
        if (*mpi)
            add_sorted(&order, mpi);
        for (char *entry = strtok_r(before, SEPARATORS, &rest); entry; entry = strtok_r(NULL, SEPARATORS, &rest))
            add_sorted(&order, entry);
        length = asprintf(&value, "%s%s", order.first, order.then);
    }
    free(order.first);
    free(order.then);
    if (length < 0)
        return -1;
    value[length - 1] = 0; /* the last colon */
    int result = setenv("LD_PRELOAD", value, 1);
    free(value);
    return result;
}

/* The library of MPI jobs, beside the other one. "": it is not wanted. 0, or -1 after a message. */
static int find_mpi(const char *library, char *path, size_t size)
{
    const char *scope = getenv("FLOP_SCOPE");
    *path = 0;
    if (!scope || strcmp(scope, "job") != 0)
        return 0;
    int folder = (int)(path_base(library) - library);
    if ((size_t)snprintf(path, size, "%.*s" PRELOAD_MPI_LIBRARY, folder, library) < size && is_library(path))
        return 0;
    fprintf(stderr, "flopshim: cannot find " PRELOAD_MPI_LIBRARY ", which --scope job needs, beside %s\n", library);
    return -1;
}

int preload_set(const char *library, const char *command, const char *folder, int *made_link)
{
    char link[2][PATH_MAX], beside[PATH_MAX];
    char program[PATH_MAX];
    const char *inherited = getenv("LD_PRELOAD"), *mpi = beside;
    if (find_mpi(library, beside, sizeof beside) < 0)
        return -1;
    int linked = name_library(&library, folder, link[0], sizeof link[0]);
    *made_link = linked > 0;
    if (linked < 0 || name_library(&mpi, folder, link[1], sizeof link[1]) < 0)
        return -1;
    if (command_program(command, program, sizeof program) < 0)
        *program = 0; /* exec says why */
    char *before = strdup(inherited ? inherited : "");
    int result = before ? set_order(library, mpi, program, before) : -1;
    free(before);
    if (result < 0)
        fputs("flopshim: out of memory\n", stderr);
    return result;
}
