/* thread_ends WAY THREADS AT_ONCE: so many threads, a few at a time, that make calls while they end.:
 *   key     of a pthread key that is made after the first call of all, in each of the rounds that destructors have
 *   local   of a thread_local object, made before the thread's first call, that dies after it
 *   only    of a thread_local object, and none before
 *   late    of a thread_local object that is made in the last round of a key: its destructor does not run
 *   raw     of the thread, which then ends by the bare system call
 * Prints the processor time a thread took, in ns: of the first twentieth and of the last. */
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern "C" double ddot_(const int *, const double *, const int *, const double *, const int *);

static pthread_key_t key;
static const char *way;

static void call()
{
    static const double x[1] = {1};
    static const int one = 1;
    ddot_(&one, x, &one, x, &one);
}

static bool is(const char *name)
{
    return strcmp(way, name) == 0;
}

struct dying {
    bool made = false;
    ~dying()
    {
        call();
    }
};

static void make_one()
{
    static thread_local dying one;
    one.made = true;
}

/* Rounds that are still to come. */
static void round_of_key(void *left)
{
    size_t rounds = reinterpret_cast<size_t>(left);
    call();
    if (rounds > 1)
        pthread_setspecific(key, reinterpret_cast<void *>(rounds - 1));
    else if (is("late"))
        make_one();
}

static void *work(void *)
{
    if (is("local") || is("only"))
        make_one();
    if (!is("only"))
        call();
    if (is("key") || is("late"))
        pthread_setspecific(key, reinterpret_cast<void *>(size_t{PTHREAD_DESTRUCTOR_ITERATIONS}));
    return nullptr;
}

static void *end_bare(void *)
{
    call();
    syscall(SYS_exit, 0);
    return nullptr;
}

static double cpu_ns()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e9 + double(t.tv_nsec);
}

static void run(long threads, long at_once)
{
    pthread_t thread[64];
    for (long i = 0; i < threads; i += at_once) {
        for (long j = 0; j < at_once; j++)
            if (pthread_create(&thread[j], nullptr, is("raw") ? end_bare : work, nullptr))
                abort();
        for (long j = 0; j < at_once; j++)
            pthread_join(thread[j], nullptr);
    }
}

static double time_of(long threads, long at_once)
{
    double before = cpu_ns();
    run(threads, at_once);
    return (cpu_ns() - before) / double(threads);
}

int main(int, char **argv)
{
    way = argv[1];
    long threads = atol(argv[2]), at_once = atol(argv[3]), part = threads / 20;
    call();
    pthread_key_create(&key, round_of_key);
    double first = time_of(part, at_once);
    run(threads - 2 * part, at_once);
    printf("%.0f %.0f\n", first, time_of(part, at_once));
    return 0;
}
