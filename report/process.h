/* The process that a ledger belongs to. Only the flopshim program uses this. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct ledger_header;

/* Does it live? It is the same boot, pid and start time; a zombie is dead. */
bool process_is_alive(const struct ledger_header *header);

/* From its start until now, in nanoseconds, if it was in this boot; else 0. */
uint64_t process_age_ns(const struct ledger_header *header);
