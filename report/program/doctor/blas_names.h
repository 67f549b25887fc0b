/* Names of functions that the library stands before. Only the flopshim program uses this. */
#pragma once

/* The routine, an index of cost_routines, that a dynamic symbol of this name is; -1: none. A bare name (dcopy, DCOPY) is not
 * taken for BLAS: it may be anybody's. */
int blas_named(const char *name);
