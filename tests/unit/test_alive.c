/* Which processes live: by boot, pid namespace, pid and start time; what a zombie is and what only looks like one. */
#include "ledger.h"
#include "ledger_alive.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ledger_header header;

static void know_this_place(void)
{
    struct stat status;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    memset(&header, 0, sizeof header);
    cr_assert(file && fscanf(file, "%39s", header.boot_id) == 1 && stat("/proc/self/ns/pid", &status) == 0);
    header.pid_namespace = status.st_ino;
    fclose(file);
}

/* Fields 3 and 20 and 22. */
static struct ledger_process process_of(pid_t pid, char *state, long *threads)
{
    struct ledger_process process = {.pid = (uint32_t)pid};
    char path[64], line[1024] = "";
    unsigned long long ticks = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(line, sizeof line, file));
    fclose(file);
    cr_assert(sscanf(strrchr(line, ')') + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld %*s %llu",
                     state, threads, &ticks) == 3);
    process.start_ticks = ticks;
    return process;
}

Test(alive, this_process_does_and_errno_is_kept, .init = know_this_place)
{
    char state;
    long threads;
    struct ledger_process self = process_of(getpid(), &state, &threads);
    errno = 77;
    cr_expect(ledger_process_lives(&header, &self) && errno == 77);
    self.start_ticks++;
    cr_expect(!ledger_process_lives(&header, &self) && errno == 77, "the pid was used again");
    self.start_ticks = 0; /* unknown */
    cr_expect(ledger_process_lives(&header, &self));
    struct ledger_process nobody = {.pid = 0x3fffffff, .start_ticks = 1};
    cr_expect(!ledger_process_lives(&header, &nobody) && errno == 77);
    nobody.pid = 0;
    cr_expect(!ledger_process_lives(&header, &nobody));
    nobody.pid = UINT32_MAX; /* as a pid, everybody */
    nobody.start_ticks = 0;
    cr_expect(!ledger_process_lives(&header, &nobody));
}

Test(alive, not_on_another_boot_nor_in_another_pid_namespace, .init = know_this_place)
{
    char state;
    long threads;
    struct ledger_process self = process_of(getpid(), &state, &threads);
    header.pid_namespace++;
    cr_expect(!ledger_process_lives(&header, &self));
    header.pid_namespace = 0; /* unknown */
    cr_expect(ledger_process_lives(&header, &self));
    header.boot_id[0] ^= 1;
    cr_expect(!ledger_process_lives(&header, &self));
}

static void wait_for_zombie(pid_t pid, char *state, long *threads)
{
    do
        usleep(1000);
    while (process_of(pid, state, threads).pid && *state != 'Z');
}

Test(alive, a_zombie_does_not, .init = know_this_place, .timeout = 60)
{
    char state;
    long threads;
    pid_t child = fork();
    if (!child)
        pause();
    struct ledger_process process = process_of(child, &state, &threads);
    cr_expect(ledger_process_lives(&header, &process));
    kill(child, SIGKILL);
    wait_for_zombie(child, &state, &threads);
    cr_expect(threads <= 1, "a zombie shows %ld threads", threads);
    cr_expect(!ledger_process_lives(&header, &process));
    waitpid(child, NULL, 0);
    cr_expect(!ledger_process_lives(&header, &process));
}

static void *linger(void *unused)
{
    pause();
    return unused;
}

/* Its main thread is a zombie; it computes on. */
Test(alive, a_process_whose_main_thread_alone_has_ended_does, .init = know_this_place, .timeout = 60)
{
    char state;
    long threads;
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, NULL, linger, NULL);
        pthread_exit(NULL);
    }
    struct ledger_process process = process_of(child, &state, &threads);
    wait_for_zombie(child, &state, &threads);
    cr_expect(threads == 2, "it shows %ld threads", threads);
    cr_expect(ledger_process_lives(&header, &process));
    kill(child, SIGKILL);
    while (process_of(child, &state, &threads).pid && threads > 1)
        usleep(1000);
    cr_expect(!ledger_process_lives(&header, &process));
    waitpid(child, NULL, 0);
}
