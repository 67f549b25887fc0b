/* The functions that calls came from, by the symbol tables and debug information of the files they lay in. */
#pragma once
#include "summary_model.h"

/* Fill in function, and file and line where they are known, of each caller that is a place in a loaded object. The file must
 * have the build id that the object had. By libdw, where that is installed; else nothing is changed. */
void names_resolve(struct summary *summary);
