/* LD_PRELOAD is split at blanks and colons and has no way to quote them, and ld.so expands $ORIGIN in it: hence the link. */
#include "preload.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef FLOPSHIM_LIBDIR
#define FLOPSHIM_LIBDIR "lib"
#endif

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

int preload_find(char *path, size_t size)
{
    static const char *const places[] = {".", FLOPSHIM_LIBDIR, "../" FLOPSHIM_LIBDIR, "../lib"};
    char folder[PATH_MAX];
    char candidate[2 * PATH_MAX];
    char real[PATH_MAX];
    if (program_folder(folder, sizeof folder) < 0) {
        fprintf(stderr, "flopshim: cannot read /proc/self/exe to find " PRELOAD_LIBRARY ": %s\n", strerror(errno));
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
    fprintf(stderr,
            "flopshim: cannot find " PRELOAD_LIBRARY ": it is neither in %s, beside this program, nor in " FLOPSHIM_LIBDIR
            " of its installation\n",
            folder);
    return -1;
}

int preload_set(const char *library, const char *folder, int *made_link)
{
    char link[PATH_MAX];
    *made_link = 0;
    if (library[strcspn(library, SPECIAL)]) {
        snprintf(link, sizeof link, "%s/" PRELOAD_LIBRARY, folder);
        if (folder[strcspn(folder, SPECIAL)]) {
            fprintf(stderr,
                    "flopshim: LD_PRELOAD cannot hold the path %s (blank, colon or $), nor a link to it in %s; set "
                    "--ledger-dir to a folder without them\n",
                    library, folder);
            return -1;
        }
        if (symlink(library, link) < 0) {
            fprintf(stderr, "flopshim: cannot link %s to %s: %s\n", link, library, strerror(errno));
            return -1;
        }
        library = link;
        *made_link = 1;
    }
    const char *before = getenv("LD_PRELOAD");
    char *value;
    int length = before && *before ? asprintf(&value, "%s:%s", library, before) : asprintf(&value, "%s", library);
    if (length < 0 || setenv("LD_PRELOAD", value, 1) < 0) {
        fputs("flopshim: out of memory\n", stderr);
        return -1;
    }
    free(value);
    return 0;
}
