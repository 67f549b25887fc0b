/* Was the ledger's file removed, or something put in its place? The path alone does not tell: a program that has given up
 * rights, has another root or other mounts cannot see the file any more. The kernel does, by the name that it gives to the
 * mapping. Everything here is under shim_lock. */
#include "ledger_lost.h"
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 1024

/* The line of /proc/self/maps that begins so, without its line feed; false: there is none, or it cannot be read. */
static bool find_line(const char *begin, char line[LINE_BYTES])
{
    static char buffer[4096];
    size_t length = 0;
    bool found = false;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && !found && (got = read(fd, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < got && !found; i++) {
            if (buffer[i] != '\n') {
                if (length < LINE_BYTES - 1)
                    line[length++] = buffer[i];
                continue;
            }
            line[length] = 0;
            length = 0;
            found = !strncmp(line, begin, strlen(begin));
        }
    if (fd >= 0)
        close(fd);
    return found;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && !strcmp(text + length - wanted, end);
}

/* A file without a name is shown as deleted. Where nothing can be read, nobody is accused. */
bool ledger_mapping_is_orphaned(const void *mapping, const char *path)
{
    static char line[LINE_BYTES];
    char begin[24];
    const char *name = strrchr(path, '/');
    snprintf(begin, sizeof begin, "%lx-", (unsigned long)(uintptr_t)mapping);
    return name && find_line(begin, line) && !ends_with(line, name);
}
