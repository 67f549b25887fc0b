/* Notes of programs that the preload does not reach (starts.h).
 *
 * A note is claimed by a compare-and-swap and filled in by whoever claimed it: a vfork child runs in its parent's memory,
 * beside the parent's other threads, and may wait for none of them. */
#include "starts.h"
#include "config.h"
#include "pages.h"
#include "path.h"
#include "preloaded.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTES 24
#define NOTE_BYTES 320

enum { FREE, FILLING, READY };

struct notes {
    struct {
        _Atomic int state;
        char text[NOTE_BYTES];
    } list[NOTES];
    atomic_bool full;
};

static struct notes own;
static struct notes *notes = &own;
static bool started; /* a child, or an image */
static bool shared;  /* with the parent of this fork child */

/* ---- notes ---- */

static bool is_noted(const char *text)
{
    for (int i = 0; i < NOTES; i++)
        if (notes->list[i].state == READY && !strcmp(notes->list[i].text, text))
            return true;
    return false;
}

static int note(const char *text)
{
    if (is_noted(text))
        return -1;
    for (int i = 0; i < NOTES; i++) {
        int seen = FREE;
        if (!atomic_compare_exchange_strong(&notes->list[i].state, &seen, FILLING))
            continue;
        strcpy(notes->list[i].text, text);
        notes->list[i].state = READY;
        return i;
    }
    notes->full = true;
    return -1;
}

/* No snprintf: it is not async-signal-safe. */
static void append(char *text, const char *more)
{
    size_t used = strlen(text), length = strlen(more);
    if (length > NOTE_BYTES - 1 - used)
        length = NOTE_BYTES - 1 - used;
    memcpy(text + used, more, length);
    text[used + length] = 0;
}

static int note_start(const char *path, const char *how, const char *reason)
{
    char text[NOTE_BYTES] = "started ";
    size_t length = strlen(path);
    append(text, length > 200 ? "..." : "");
    append(text, length > 200 ? path + length - 200 : path);
    append(text, how);
    append(text, reason);
    append(text, ")");
    return note(text);
}

/* ---- a program is about to be started ---- */

/* Python's ctypes.util.find_library asks it, by a clean environment: the C library's own tool has no BLAS. */
static bool is_harmless(const char *path)
{
    return !strcmp(path_base(path), "ldconfig");
}

static void look(struct starting *s, const char *file, const char *shown, char *const environment[])
{
    int saved = errno;
    started = true;
    s->note = -1;
    s->variables = 0;
    s->absent = access(file, X_OK);
    if (config.disabled || !preloaded_by_environment() || s->absent || is_harmless(shown)) {
        errno = saved;
        return;
    }
    enum target target = target_look(file);
    const char *lacks = preloaded_lacks(environment);
    const char *leaves = preloaded_leaves();
    if (target != TARGET_REACHED || lacks)
        s->note = note_start(shown, " without the preload (",
                             lacks && target == TARGET_REACHED ? lacks : target_reason(target));
    else if (leaves)
        s->note = note_start(shown, " apart from its tree (", leaves);
    if (target == TARGET_MUSL && preloaded_in(environment)) {
        preloaded_strip(environment, s->preload, sizeof s->preload);
        while (environment[s->variables])
            s->variables++;
    }
    errno = saved;
}

void starts_look(struct starting *s, const char *file, char *const environment[])
{
    look(s, file, file, environment);
}

void starts_look_for(struct starting *s, const char *name, char *const environment[])
{
    char file[TARGET_PATH_BYTES];
    int saved = errno;
    if (target_find(name, getenv("PATH"), file, sizeof file)) {
        look(s, file, file, environment);
    } else {
        *s = (struct starting){.note = -1, .absent = true};
    }
    errno = saved;
}

void starts_look_at(struct starting *s, int fd, const char *path, char *const environment[])
{
    char file[64] = "/proc/self/fd/", digits[16], shown[TARGET_PATH_BYTES];
    int saved = errno, used = 0;
    *s = (struct starting){.note = -1};
    for (int rest = fd; rest > 0 || !used; rest /= 10)
        digits[used++] = (char)('0' + rest % 10);
    size_t length = strlen(file);
    while (used)
        file[length++] = digits[--used];
    file[length] = 0;
    if (fd >= 0 && !*path) {
        ssize_t named = readlink(file, shown, sizeof shown - 1);
        shown[named > 0 ? named : 0] = 0;
        look(s, file, named > 0 ? shown : file, environment);
    } else if (*path == '/' || fd == AT_FDCWD) {
        look(s, path, path, environment);
    }
    errno = saved;
}

char *const *starts_environment(struct starting *s, char *const environment[], char **room)
{
    if (!s->variables)
        return environment;
    for (size_t i = 0; i <= s->variables; i++)
        room[i] = environment[i] && !strncmp(environment[i], "LD_PRELOAD=", 11) ? s->preload : environment[i];
    return room;
}

int starts_failed(const struct starting *s, int status)
{
    if (s->note >= 0)
        notes->list[s->note].state = FREE;
    return status;
}

/* ---- fork ---- */

void starts_before_fork(void)
{
    started = true;
    if (notes != &own)
        return;
    void *memory = pages_share(sizeof *notes);
    if (!memory)
        return;
    memcpy(memory, &own, sizeof own);
    notes = memory;
}

bool starts_any(void)
{
    return started;
}

void starts_in_child(void)
{
    started = false;
    shared = notes != &own;
    if (!shared)
        memset(&own, 0, sizeof own);
}

void starts_own(void)
{
    if (!shared)
        return;
    shared = false;
    memset(&own, 0, sizeof own);
    notes = &own;
}

void starts_list(struct uncovered *list)
{
    if (shared || (!started && notes == &own))
        return;
    for (int i = 0; i < NOTES; i++)
        if (notes->list[i].state == READY)
            uncovered_add(list, notes->list[i].text, NULL);
    if (notes->full)
        uncovered_add(list, "started more programs without the preload", NULL);
}
