/* The shim in LD_PRELOAD (preloaded.h). */
#include "preloaded.h"
#include "ledger_file.h"
#include "objects.h"
#include "path.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *library = ""; /* the base name of the shim, as LD_PRELOAD has it; "": it came by another way */

/* LD_PRELOAD is split at blanks and colons. The next entry, its length 0 at the end. */
static size_t next_entry(const char **entry, size_t behind)
{
    *entry += behind;
    *entry += strspn(*entry, " :");
    return strcspn(*entry, " :");
}

static bool is_library(const char *entry, size_t length)
{
    size_t name = strlen(library);
    return length >= name && !strncmp(entry + length - name, library, name) &&
           (length == name || entry[length - name - 1] == '/');
}

/* "" where there is none. */
static const char *value_of(const char *name, char *const environment[])
{
    size_t length = strlen(name);
    for (; environment && *environment; environment++)
        if (!strncmp(*environment, name, length) && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

static const char *preload_of(char *const environment[])
{
    return value_of("LD_PRELOAD", environment);
}

static bool has_library(const char *preload)
{
    for (size_t length = next_entry(&preload, 0); length; length = next_entry(&preload, length))
        if (is_library(preload, length))
            return true;
    return false;
}

/* May this process, as it is now (its root, its mounts, its user), open the file? A name that the loader searches for, or puts
 * something into, is taken to be there. */
static bool opens(const char *entry, size_t length)
{
    char path[600];
    if (!memchr(entry, '/', length) || memchr(entry, '$', length) || length >= sizeof path)
        return true;
    memcpy(path, entry, length);
    path[length] = 0;
    return !faccessat(AT_FDCWD, path, R_OK, AT_EACCESS);
}

static bool can_load(const char *preload)
{
    for (size_t length = next_entry(&preload, 0); length; length = next_entry(&preload, length))
        if (is_library(preload, length) && opens(preload, length))
            return true;
    return false;
}

const char *preloaded_lacks(char *const environment[])
{
    if (!has_library(preload_of(environment)))
        return "its environment lacks LD_PRELOAD";
    if (!can_load(preload_of(environment)))
        return "it cannot open the library of its LD_PRELOAD";
    if (!strcmp(value_of("FLOP_DISABLE", environment), "1"))
        return "its environment has FLOP_DISABLE=1";
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE &&
        strcmp(value_of("FLOP_TREE", environment), value_of("FLOP_TREE", environ)) != 0)
        return "its environment lacks this tree's FLOP_TREE";
    return NULL;
}

const char *preloaded_leaves(void)
{
    return ledger && ledger->scope == LEDGER_SCOPE_TREE && !ledger_is_mine() ? "as another user" : NULL;
}

/* Loaded by /etc/ld.so.preload, or by name, the shim does not come with the environment. */
__attribute__((constructor(101))) static void learn_name(void)
{
    uintptr_t start, end;
    const char *path;
    if (!object_at((uintptr_t)&library, &start, &end, &path))
        return;
    library = path_base(path);
    if (!has_library(preload_of(environ)))
        library = "";
}

void preloaded_strip(char *const environment[], char *text, size_t size)
{
    const char *preload = preload_of(environment);
    size_t used = strlen(strcpy(text, "LD_PRELOAD="));
    for (size_t length = next_entry(&preload, 0); length; length = next_entry(&preload, length)) {
        if (is_library(preload, length) || used + length + 2 > size)
            continue;
        memcpy(text + used, preload, length);
        text[used + length] = ':';
        used += length + 1;
    }
    text[used] = 0;
}

bool preloaded_by_environment(void)
{
    return *library;
}

bool preloaded_in(char *const environment[])
{
    return has_library(preload_of(environment));
}
