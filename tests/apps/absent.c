/* LAPACK documents arguments as not referenced under some option, and C programs pass NULL for them. Each routine is called
 * with each argument NULL in turn, and what is not referenced at a bad address, under each letter as its options, to a provider
 * that records (absent.py): the call must arrive as it was made. Prints a line for each argument of each routine where it does
 * not, and the number of calls. */
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MOST 48

static const struct routine {
    const char *name;
    const char *kinds; /* upper case: is always referenced */
    const char *live;  /* the letters under which kind d is referenced; under others its address may be any */
} routines[] = {
#include "absent_table.h"
};

static const char letters[] = "NVAIUTLRGBQZCPESFOHD12";
static sigjmp_buf back;
static int64_t integer[MOST];
static char option[MOST][8];
static double array[MOST][64];
extern void *absent_seen[];
extern int absent_count;

static void on_fault(int signal)
{
    siglongjmp(back, signal);
}

#define FOUR(f, i) f(i), f(i + 1), f(i + 2), f(i + 3)
#define SIXTEEN(f, i) FOUR(f, i), FOUR(f, i + 4), FOUR(f, i + 8), FOUR(f, i + 12)
#define POINTER(i) void *
#define PASSED(i) p[i]
typedef void routine_function(SIXTEEN(POINTER, 0), SIXTEEN(POINTER, 16), SIXTEEN(POINTER, 32));

/* What lies behind the routine's own arguments are lengths of characters, if anything. */
static void call(routine_function *f, void **p)
{
    f(SIXTEEN(PASSED, 0), SIXTEEN(PASSED, 16), SIXTEEN(PASSED, 32));
}

static void *argument(char kind, int i, char letter, const char *live)
{
    switch (kind | 32) {
    case 'o':
    case 'c': memset(option[i], letter, sizeof option[i] - 1); return option[i];
    case 'd':
        if (!strchr(live, letter))
            return (void *)8;
        /* fall through */
    case 'i': integer[i] = 2; return &integer[i];
    default: memset(array[i], 0, sizeof array[i]); return array[i];
    }
}

/* Does the call arrive? */
static bool arrives(routine_function *f, const struct routine *routine, int absent, char letter)
{
    const char *kinds = routine->kinds;
    void *p[MOST] = {0};
    int count = (int)strlen(kinds);
    for (int i = 0; i < count; i++)
        p[i] = i == absent ? NULL : argument(kinds[i], i, letter, routine->live);
    absent_count = -1;
    if (sigsetjmp(back, 1))
        return false;
    call(f, p);
    return absent_count == count && !memcmp(absent_seen, p, (size_t)count * sizeof *p);
}

int main(void)
{
    long calls = 0;
    signal(SIGSEGV, on_fault);
    for (size_t r = 0; r < sizeof routines / sizeof *routines; r++) {
        const char *kinds = routines[r].kinds;
        routine_function *f = (routine_function *)(uintptr_t)dlsym(RTLD_DEFAULT, routines[r].name);
        for (int i = -1; i < (int)strlen(kinds); i++) {
            bool all = true;
            if (i >= 0 && kinds[i] < 'a')
                continue;
            for (const char *letter = letters; *letter; letter++, calls++)
                all = arrives(f, &routines[r], i, *letter) && all;
            if (!all)
                printf("%s argument %d of %s\n", routines[r].name, i + 1, kinds);
        }
    }
    printf("%zu routines, %ld calls\n", sizeof routines / sizeof *routines, calls);
    return 0;
}
