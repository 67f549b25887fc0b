/* The loader's functions, by the version that every glibc has (moved.h). A process that uses MPI has them loaded. */
#pragma once
#include "moved.h"

MOVED_OLDEST(dladdr);
MOVED_OLDEST(dlsym);
