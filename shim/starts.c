/* Notes of programs that the preload does not reach, and the wrappers of functions that start programs but exec (ends.c).
 *
 * A note is claimed by a compare-and-swap and filled in by whoever claimed it: a vfork child runs in its parent's memory,
 * beside the parent's other threads, and may wait for none of them. */
#include "starts.h"
#include "forward.h"
#include "path.h"
#include "shim.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
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
static bool started;             /* a child, or an image */
static bool shared;              /* with the parent of this fork child */
static const char *library = ""; /* the base name of the shim, as LD_PRELOAD has it; "": it came by another way */

/* ---- the environment ---- */

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

/* What the program would lack to be counted with this one, or NULL. */
static const char *lacking(char *const environment[])
{
    if (!has_library(preload_of(environment)))
        return "its environment lacks LD_PRELOAD";
    if (!strcmp(value_of("FLOP_DISABLE", environment), "1"))
        return "its environment has FLOP_DISABLE=1";
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE &&
        strcmp(value_of("FLOP_TREE", environment), value_of("FLOP_TREE", environ)) != 0)
        return "its environment lacks this tree's FLOP_TREE";
    return NULL;
}

/* Loaded by /etc/ld.so.preload, or by name, the shim does not come with the environment. */
__attribute__((constructor(101))) static void learn_name(void)
{
    Dl_info info;
    if (!dladdr(&own, &info) || !info.dli_fname)
        return;
    library = path_base(info.dli_fname);
    if (!has_library(preload_of(environ)))
        library = "";
}

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

static int note_start(const char *path, const char *reason)
{
    char text[NOTE_BYTES] = "started ";
    size_t length = strlen(path);
    append(text, length > 200 ? "..." : "");
    append(text, length > 200 ? path + length - 200 : path);
    append(text, " without the preload (");
    append(text, reason);
    append(text, ")");
    return note(text);
}

/* ---- a program is about to be started ---- */

/* What is left of LD_PRELOAD without the shim. */
static void strip_preload(struct starting *s, const char *preload)
{
    size_t used = strlen(strcpy(s->preload, "LD_PRELOAD="));
    for (size_t length = next_entry(&preload, 0); length; length = next_entry(&preload, length)) {
        if (is_library(preload, length) || used + length + 2 > sizeof s->preload)
            continue;
        memcpy(s->preload + used, preload, length);
        s->preload[used + length] = ':';
        used += length + 1;
    }
    s->preload[used] = 0;
}

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
    if (config.disabled || !*library || s->absent || is_harmless(shown)) {
        errno = saved;
        return;
    }
    enum target target = target_look(file);
    const char *preload = preload_of(environment), *lacks = lacking(environment);
    if (target != TARGET_REACHED)
        s->note = note_start(shown, target_reason(target));
    else if (lacks)
        s->note = note_start(shown, lacks);
    if (target == TARGET_MUSL && has_library(preload)) {
        strip_preload(s, preload);
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
    void *memory = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
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
    if (shared)
        return;
    for (int i = 0; i < NOTES; i++)
        if (notes->list[i].state == READY)
            uncovered_add(list, notes->list[i].text, NULL);
    if (notes->full)
        uncovered_add(list, "started more programs without the preload", NULL);
}

/* ---- posix_spawn and what is made of it ---- */

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                           char *const[]);

static spawn_function *next_spawn, *next_spawnp;
static int (*next_system)(const char *);
static FILE *(*next_popen)(const char *, const char *);

__attribute__((constructor(101))) static void find_all(void)
{
    *(void **)&next_spawn = forward_next("posix_spawn");
    *(void **)&next_spawnp = forward_next("posix_spawnp");
    *(void **)&next_system = forward_next("system");
    *(void **)&next_popen = forward_next("popen");
}

EXPORTED int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
    struct starting s;
    if (!next_spawn)
        find_all();
    starts_look(&s, path, environment);
    char *room[s.variables + 1];
    int error = next_spawn(pid, path, actions, attributes, argv, starts_environment(&s, environment, room));
    return error ? starts_failed(&s, error) : 0;
}

EXPORTED int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                          const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
    struct starting s;
    if (!next_spawnp)
        find_all();
    starts_look_for(&s, name, environment);
    char *room[s.variables + 1];
    int error = next_spawnp(pid, name, actions, attributes, argv, starts_environment(&s, environment, room));
    return error ? starts_failed(&s, error) : 0;
}

/* system and popen start /bin/sh with this process's own environment, by functions inside the C library. */
EXPORTED int system(const char *command)
{
    struct starting s;
    if (!next_system)
        find_all();
    if (command)
        starts_look(&s, "/bin/sh", environ);
    return next_system(command);
}

EXPORTED FILE *popen(const char *command, const char *mode)
{
    struct starting s;
    if (!next_popen)
        find_all();
    starts_look(&s, "/bin/sh", environ);
    return next_popen(command, mode);
}
