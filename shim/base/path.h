/* Names of files as text: nothing here asks the file system. */
#pragma once

/* What follows the last slash of a path, or the whole of one without. Points into it. */
const char *path_base(const char *path);
