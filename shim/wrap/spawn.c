/* Wrappers of the functions that start programs: posix_spawn and what is made of it. */
#include "next.h"
#include "starts.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                           char *const[]);

static spawn_function *next_spawn, *next_spawnp;
static int (*next_system)(const char *);
static FILE *(*next_popen)(const char *, const char *);

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_spawn, "posix_spawn");
    find_next(&next_spawnp, "posix_spawnp");
    find_next(&next_system, "system");
    find_next(&next_popen, "popen");
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
