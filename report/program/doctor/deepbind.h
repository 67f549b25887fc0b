/* Does a file open libraries with RTLD_DEEPBIND? What is opened so is bound to its own BLAS, past the preload. */
#pragma once
#include "elf_needed.h"

/* A call of dlopen whose flags stand in the code right before it, as compilers leave them. Flags that come from elsewhere are
 * not found. */
bool deepbind_is_used(const struct elf_file *elf);
