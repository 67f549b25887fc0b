/* The summary so far (so_far.h). Only engines are looked for: what else passes by is looked for once, at the end. */
#include "so_far.h"
#include "ledger_kept.h"
#include "lock.h"
#include "own_stack.h"
#include "summaries.h"
#include "uncovered.h"
#include "unseen.h"
#include <string.h>

struct copy {
    const char *path;
    int status;
};

struct listing {
    char *text;
    size_t room, length;
};

/* Engines are looked for before shim_lock is taken: the loader has a lock of its own. Left locked. */
static void find_uncovered(struct uncovered *found)
{
    unseen_engines(found);
    shim_lock();
    kept_uncovered_so_far(found);
}

static void write_to(void *data)
{
    struct copy *copy = data;
    struct uncovered found = {0};
    find_uncovered(&found);
    copy->status = summaries_write_to(copy->path);
    shim_unlock();
}

int so_far_write(const char *path)
{
    struct copy copy = {.path = path};
    own_stack_run(write_to, &copy);
    return copy.status;
}

static void list_uncovered(void *data)
{
    struct listing *listing = data;
    struct uncovered found = {0};
    find_uncovered(&found);
    shim_unlock();
    listing->length = found.length;
    size_t length = found.length < listing->room ? found.length : listing->room - 1;
    if (listing->room) {
        memcpy(listing->text, found.text, length);
        listing->text[length] = 0;
    }
}

size_t so_far_uncovered(char *text, size_t room)
{
    struct listing listing = {.text = text, .room = room};
    own_stack_run(list_uncovered, &listing);
    return listing.length;
}
