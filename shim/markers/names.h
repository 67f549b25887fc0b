/* Names that the program gives to contexts, scopes and operations. */
#pragma once
#include <stdbool.h>
#include <string.h>

#define NAMES_BYTES 256

/* Neither NULL nor empty, and shorter than NAMES_BYTES. */
static inline bool names_is_valid(const char *name)
{
    return name && *name && strnlen(name, NAMES_BYTES) < NAMES_BYTES;
}
