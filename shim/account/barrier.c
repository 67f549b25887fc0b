/* The barrier (barrier.h). */
#include "barrier.h"
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool asked(int command)
{
    return !syscall(SYS_membarrier, command, 0, 0);
}

static void pass(int command)
{
    const struct timespec long_enough = {0, 2000000};
    if (!asked(command))
        nanosleep(&long_enough, NULL);
}

bool barrier_register(void)
{
    return asked(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

bool barrier_register_everywhere(void)
{
    return asked(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
}

void barrier_here(void)
{
    pass(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

void barrier_everywhere(void)
{
    pass(MEMBARRIER_CMD_GLOBAL_EXPEDITED);
}
