/* no_malloc: counts the allocations that happen while it makes calls: first ones, further ones, in new namespaces, of a new
 * thread. Its own malloc is what every library's calls reach. */
#include "flopshim.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
double ddot_(const int *, const double *, const int *, const double *, const int *);
double dasum_(const int *, const double *, const int *);
double dnrm2_(const int *, const double *, const int *);
static atomic_int allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    allocations++;
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size)
{
    allocations++;
    return __libc_memalign(alignment, size);
}

static void calls(int times)
{
    static const double x[4];
    for (int i = 0; i < times; i++) {
        ddot_(&(int){4}, x, &(int){1}, x, &(int){1});
        dasum_(&(int){4}, x, &(int){1});
        dnrm2_(&(int){4}, x, &(int){1});
    }
}

static void *in_thread(void *result)
{
    int before = allocations;
    calls(3);
    *(int *)result = allocations - before;
    return NULL;
}

int main(void)
{
    int counts[5] = {0}, before = allocations;
    char name[3] = "aa";
    pthread_t thread;
    calls(1);
    counts[0] = allocations - before;
    flopshim_push("first"), flopshim_pop(); /* dlsym of the markers */
    before = allocations;
    calls(1000);
    counts[1] = allocations - before;
    for (int i = 0; i < 600; i++) {
        name[0] = (char)('a' + i % 26), name[1] = (char)('a' + i / 26);
        flopshim_push(name);
        calls(1);
        flopshim_pop();
    }
    counts[2] = allocations - before;
    pthread_create(&thread, NULL, in_thread, &counts[3]);
    pthread_join(thread, NULL);
    printf("first calls %d, 1000 more %d, new namespaces %d, a new thread %d\n", counts[0], counts[1], counts[2], counts[3]);
    return 0;
}
