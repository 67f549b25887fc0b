/* Running a program as a shell would. Only the flopshim program uses this. */
#pragma once
#include "leftover.h"

/* Run argv and wait, looking after the watch that was begun (watch.h). Meanwhile SIGINT and SIGQUIT are the child's alone;
 * SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 are passed on to it, and where it stops this process stops too. Returns the exit status
 * to leave with: the child's, 128 + signal, 126 or 127 where argv[0] could not be run (a message is out then), 125 where no
 * process could be made. */
int child_run(char *const *argv, struct ended_child *child);
