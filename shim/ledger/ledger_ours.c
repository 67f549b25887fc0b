/* Whether a file is safe to share, and a ledger of a tree the one that it is said to be (ledger_ours.h). */
#include "ledger_ours.h"
#include "cost.h"
#include "ledger_alive.h"
#include "ledger_seal.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *ledger_why_not_ours(const struct ledger_header *ledger, uint64_t nonce, size_t mapped_bytes)
{
    char boot_id[sizeof ledger->boot_id] = "";
    ledger_boot_id(boot_id);
    if (memcmp(ledger->magic, LEDGER_MAGIC, sizeof ledger->magic) != 0 || ledger->format != LEDGER_FORMAT)
        return "it is no ledger of this format";
    if (ledger->seal != ledger_seal_header(ledger))
        return "it is damaged";
    if (ledger->nonce != nonce || ledger->scope != LEDGER_SCOPE_TREE)
        return "it belongs to another tree";
    if (ledger->writer == LEDGER_REMOVED)
        return "its tree has ended, or it was removed";
    if (memcmp(ledger->boot_id, boot_id, sizeof boot_id) != 0)
        return "it is from before the last boot";
    if (ledger->pid_namespace != ledger_pid_namespace())
        return "it belongs to another pid namespace";
    if (strcmp(ledger->version, FLOPSHIM_VERSION) != 0 || strcmp(ledger->cost_model, COST_MODEL) != 0)
        return "it was made by another version of flopshim";
    if (ledger->size_bytes > mapped_bytes || ledger->size_bytes < LEDGER_PAGE)
        return "it is larger than the address space that is left";
    return NULL;
}

const char *ledger_why_not_safe(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "it is not a file";
    if (st->st_uid != geteuid())
        return "it belongs to another user";
    if (st->st_mode & 077 || st->st_nlink != 1)
        return "others may have access to it";
    return NULL;
}
