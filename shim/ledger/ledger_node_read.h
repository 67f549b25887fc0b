/* Reading the ledger of a node (ledger_node.h), of which each part is a ledger. A part is named by the file's name, `#` and its
 * number. */
#pragma once
#include "ledger_node.h"
#include <stdbool.h>

/* How many slots it has; 0: the file is none. */
uint32_t ledger_node_slots(int fd);
bool ledger_is_of_node(const char *path);
/* One of them. False: nobody has moved in, its count is 0; or it is damaged. */
bool ledger_node_slot(int fd, uint32_t number, struct node_slot *slot);
/* The bytes of its ledger, header and all. */
size_t ledger_node_bytes(const struct node_slot *slot);
/* Where in the file a place of its ledger is, and how many bytes lie there in one piece, at most *bytes. */
uint64_t ledger_node_place(const struct node_slot *slot, size_t at, size_t *bytes);

/* The name of a part into that of its file. Returns its number; -1: the name is no part's, and is copied. */
int ledger_part_parse(const char *path, char *file, size_t size);
/* Visit the names of the parts that somebody has moved into, damaged ones too; of any other file its own. */
void ledger_parts(const char *path, void (*visit)(const char *path, void *data), void *data);
