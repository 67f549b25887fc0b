/* What is kept until there is a ledger (ledger_kept.h). */
#include "ledger_kept.h"
#include "ledger_self.h"
#include "lock.h"
#include <string.h>

static uint32_t uncounted;
static struct uncovered uncovered;
static unsigned life = 1; /* of a process: a fork child has the next */

void kept_uncovered(const char *what)
{
    shim_lock();
    uncovered_add(&uncovered, what, NULL);
    self_uncovered(uncovered.text);
    shim_unlock();
}

void kept_uncovered_once(unsigned *said, const char *what)
{
    if (__atomic_exchange_n(said, life, __ATOMIC_RELAXED) != life)
        kept_uncovered(what);
}

void kept_uncovered_all(const struct uncovered *found)
{
    uncovered_merge(&uncovered, found);
    self_uncovered(uncovered.text);
}

void kept_uncovered_so_far(struct uncovered *found)
{
    struct uncovered both = uncovered;
    uncovered_merge(&both, found);
    *found = both;
    self_uncovered(found->text);
}

void kept_uncounted(void)
{
    shim_lock();
    uncounted++;
    self_uncounted(1);
    shim_unlock();
}

void kept_write(void)
{
    self_uncounted(uncounted);
    self_uncovered(uncovered.text);
}

void kept_forget(void)
{
    life++;
    uncounted = 0;
    memset(&uncovered, 0, sizeof uncovered);
}
