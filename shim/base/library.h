/* The file name of the preloaded library. */
#pragma once

#define PRELOAD_LIBRARY "libflopshim.so"
