/* Extensions of NumPy and SciPy whose use of the interpreter is known. */
#pragma once
#include "bind.h"

/* Does the caller look for an error after it has called BLAS or LAPACK? Others return a result beside it: SystemError. Around
 * its calls such a one gives the interpreter's lock away, or keeps it, and holds no other lock: it may be taken there. */
bool extension_checks_errors(const struct binding *caller);
