/* Names of files as text: nothing here asks the file system. */
#pragma once
#include <stdbool.h>

/* What follows the last slash of a path, or the whole of one without. Points into it. */
const char *path_base(const char *path);

/* Is that, such as ".json", its end, or all of it? */
bool path_ends_with(const char *path, const char *end);
