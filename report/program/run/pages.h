/* HTML pages of a run. The library writes no HTML: for x.html it is told x.json, and the page is made of that when the program
 * has ended. Only the flopshim program uses this, one thread, one run. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Copy a list of outputs, where x.html becomes x.json, each name once; what does not fit is left out. True: there was
 * one. */
bool pages_replace(const char *list, char *replaced, size_t size);
/* Make a page of each JSON summary that written.h has, beside it, and say so unless `quiet`. -1: one could not be made,
 * and a message says why. */
int pages_make(bool quiet);
