/* What is installed for an interpreter of Python: its folders of packages, and which package needs which. Read from names,
 * RECORD and METADATA; the interpreter is not started. */
#pragma once
#include "words.h"

/* The folders, those that come first in its path first. */
void sites_of(const char *interpreter, struct words *sites);

/* Adds to `modules` what the distributions of those need to be there (Requires-Dist without a condition of an extra), and what
 * these need. */
void sites_follow(const struct words *sites, struct words *modules);

/* Adds to `files` the compiled files of a module: its own, those of its folder and of its NAME.libs. */
void sites_files(const struct words *sites, const char *module, struct words *files);

/* All that is installed, by the names that import knows. */
void sites_modules(const struct words *sites, struct words *modules);
