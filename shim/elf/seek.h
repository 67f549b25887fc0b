/* The object that holds an address, where the C library has no _dl_find_object: the same answer, by dl_iterate_phdr. */
#pragma once
#include "objects.h"

struct sought {
    uintptr_t address;
    uintptr_t start, end; /* first byte, last byte + 1 */
    struct object object;
};

/* Fills in the rest; false: none. Takes the loader's lock that C++'s unwinder takes there as well; never while an object is
 * being initialised by another thread. */
bool seek_object(struct sought *s);
