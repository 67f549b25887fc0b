/* The list of those names. What begins otherwise may have a BLAS inside all the same (libtorch_cpu), and is the program's. */
#include "pure.h"
#include "path.h"
#include <string.h>

static const char *const pure_names[] = {
    "libopenblas",  "libscipy_openblas", "libblas",  "libcblas",  "liblapack", "libblis",  "libflexiblas",
    "libmkl_",      "libf77blas",        "libatlas", "libsatlas", "libtatlas", "libflame", "libarmpl",
    "libnvpl_blas", "libnvpl_lapack",    "libgoto",  "libaocl",   "libsci_",   "libessl",  "libblastrampoline",
    "libptf77blas", "libptcblas",        "libtmg",   "libfftw3",  "libdnnl",
};

bool pure_is_named(const char *path)
{
    const char *base = path_base(path);
    for (size_t i = 0; i < sizeof pure_names / sizeof *pure_names; i++)
        if (!strncmp(base, pure_names[i], strlen(pure_names[i])))
            return true;
    return false;
}
