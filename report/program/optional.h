/* Libraries that the program uses where they are, opened at run time: it is to run where they are not, and by the oldest dlopen
 * and dlsym where it was not built. */
#pragma once

/* NULL: it is not there. It stays open. */
void *optional_open(const char *library);
/* A function or an object of it; NULL: it has none of that name. library: NULL has nothing. */
void *optional_find(void *library, const char *name);
