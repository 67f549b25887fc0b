/* The ledger of this process or of its tree: its file, made, joined, grown and removed. All under shim_lock. */
#pragma once
#include "ledger_read.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern struct ledger_header *ledger; /* NULL before it is made or joined */

/* Make it. Where a tree's cannot be made in a file: false; a process's is in memory then, and where nobody would read it. */
bool ledger_create(const char *dir, enum ledger_scope scope);
/* Is it in memory for want of a place for its file? */
bool ledger_lacks_file(void);
/* Join that of a tree, after checks. False: *why is a static text. */
bool ledger_join(const char *file, uint64_t nonce, const char **why);

/* The string at an offset of this process's ledger; "" where there is none. */
static inline const char *ledger_text(uint32_t offset)
{
    return offset ? (const char *)ledger + offset : "";
}

/* All blocks, as they are now. */
struct ledger_view ledger_view(void);
/* The bytes of header and blocks, those in memory only included. */
size_t ledger_bytes(void);
void ledger_set_bytes(size_t bytes);
/* Where blocks go on in memory, or 0. */
size_t ledger_file_end(void);
/* Make the first bytes of the mapping usable. Under ledger_lock. */
bool ledger_grow(size_t bytes);
/* Is there room for more than what threads and processes cannot do without? */
bool ledger_has_room(void);
/* Is all of it in a file of this process's own? */
bool ledger_may_move(void);
/* It goes on in this file, which is mapped in its place (ledger_node_file.h); its own is marked. */
struct stat;
void ledger_moved(const char *file, const struct stat *st);
/* The memory goes, the file stays. */
void ledger_unmap(void);
/* The same in a fork child, where what was open stays as private memory: a handler may have forked in the middle of a call,
 * which goes on in the child and adds to what it has at hand. is_read: and reads it. */
void ledger_leave(bool is_read);
/* The same of a tree's, which the child goes on in, at another place. Where it cannot be opened, it stays where it was. */
void ledger_join_anew(void);

/* "" where it is in memory only. */
const char *ledger_path(void);
/* The folder of its file, or the one that a ledger would be made in first. */
const char *ledger_folder(void);
/* Is the folder that its file was made in still there? */
bool ledger_has_folder(void);
/* Could another process of this one's user join it? */
bool ledger_is_mine(void);
/* Was its file removed or replaced? */
bool ledger_is_lost(void);
/* The file goes, the memory stays. */
void ledger_remove(void);
/* Does `flopshim run` watch the folder, and make the summaries of ledgers that are left in it? */
bool ledger_is_watched_here(void);
