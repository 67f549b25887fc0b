/* Which processes of a ledger live, and who looks at it. Any process, any state of it: system calls only. */
#pragma once
#include "ledger_read.h"

/* Does the process of this record still live, on this boot and in this pid namespace? No for a zombie. Async-signal-safe;
 * errno is kept. */
bool ledger_process_lives(const struct ledger_header *header, const struct ledger_process *process);

#define LEDGER_ID_BITS 22
#define LEDGER_ID_MASK ((UINT64_C(1) << LEDGER_ID_BITS) - 1)
/* The same of an entry of header.members: pid and low bits of the start time, so that a pid used again is told apart. */
uint64_t ledger_member(uint32_t pid, uint64_t start_ticks);
bool ledger_member_lives(const struct ledger_header *header, uint64_t member);

/* What a process's identity is made of; each 0 or "" where it cannot be read. */
uint64_t ledger_start_ticks(uint32_t pid); /* field 22 of /proc/PID/stat */
uint64_t ledger_pid_namespace(void);       /* of the caller, its inode */
void ledger_boot_id(char id[40]);          /* filled up with zero bytes */

/* Does the process with this pid live, whoever it is by now? No for a zombie. Async-signal-safe; errno is kept. */
bool ledger_pid_lives(uint32_t pid);

/* Does any process live that has a record in this ledger? */
bool ledger_somebody_lives(const struct ledger_view *view);

/* Does somebody look at the ledgers of a folder, and remove them? name: that of its LEDGER_WATCHED, from the folder `at` as in
 * openat. In a folder that all write to, such a file of another user's means nothing. */
bool ledger_is_watched(int at, const char *name);
