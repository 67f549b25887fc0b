/* A summary from its JSON. Only the flopshim program links this (jansson). */
#pragma once
#include "summary_model.h"

/* `data` need not be terminated; file: its name, for messages. 0, or -1 with a message that names the file, the field and
 * what was expected there. */
int summary_from_json(const char *data, size_t length, const char *file, struct summary *summary, char *message, size_t size);
