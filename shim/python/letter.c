/* Letters to threads (letter.h). */
#include "letter.h"
#include "class.h"
#include "clock.h"
#include "moved_find.h"
#include "pages.h"
#include "unhandled.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

struct letter {
    struct thread *t;
    unsigned long thread;
    struct refusal refusal;
    atomic_bool done;
    atomic_int owners;
};

/* The interpreter's lock is held. It is a class that the interpreter lets a thread raise: one whose instances know the rest. */
static void send(struct letter *letter)
{
    PyObject *space = class_space();
    PyObject *class = space ? py.call(py.dict_get(space, "bound"), "KsKKKKK", (unsigned long long)(uintptr_t)letter->t,
                                      letter->refusal.operation, (unsigned long long)letter->refusal.cost,
                                      (unsigned long long)letter->refusal.remaining,
                                      (unsigned long long)(letter->refusal.remaining >> 64),
                                      (unsigned long long)letter->refusal.elapsed_ns,
                                      (unsigned long long)letter->refusal.limit_ns)
                            : NULL;
    if (class) {
        py.set_async(letter->thread, class);
        py.drop(class);
    } else {
        py.clear();
    }
}

/* No malloc in the program's process: this may be called from inside one of its own. */
static struct letter *new_letter(void)
{
    return pages_get(sizeof(struct letter));
}

static void drop_letter(struct letter *letter)
{
    pages_free(letter, sizeof *letter);
}

static void put_away(struct letter *letter)
{
    if (atomic_fetch_sub(&letter->owners, 1) == 1)
        drop_letter(letter);
}

static void *carry(void *data)
{
    struct letter *letter = data;
    int state = py.ensure();
    send(letter);
    py.release(state);
    atomic_store(&letter->done, true);
    put_away(letter);
    return NULL;
}

bool letter_send(struct thread *t, const struct refusal *refusal)
{
    const struct timespec pause = {0, 1000000};
    pthread_t carrier;
    struct letter *letter = t->exception_since_ns ? NULL : new_letter();
    if (!letter)
        return t->exception_since_ns;
    *letter = (struct letter){.t = t, .thread = (unsigned long)pthread_self(), .refusal = *refusal, .owners = 2};
    t->exception_since_ns = clock_now_ns();
    unhandled_sent();
    if (py.check()) {
        send(letter);
        drop_letter(letter);
        return true;
    }
    __typeof__(&pthread_create) create = MOVED_FIND(pthread_create);
    __typeof__(&pthread_detach) detach = MOVED_FIND(pthread_detach);
    if (!create || !detach || create(&carrier, NULL, carry, letter)) {
        drop_letter(letter);
        t->exception_since_ns = 0;
        unhandled_not_sent();
        return false;
    }
    detach(carrier);
    for (int i = 0; i < 100 && !atomic_load(&letter->done); i++)
        nanosleep(&pause, NULL);
    put_away(letter);
    return true;
}
