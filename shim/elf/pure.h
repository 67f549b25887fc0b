/* Which files are nothing but a BLAS, a LAPACK or the like, by their names. */
#pragma once
#include <stdbool.h>

/* By the beginning of its base name. */
bool pure_is_named(const char *path);
