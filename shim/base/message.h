/* Lines on stderr, from any state of the process: no stdio, no allocation, no SIGPIPE or SIGXFSZ. */
#pragma once

/* One line, whatever became of its reader: pieces up to a NULL. errno is kept. */
void message_line(const char *first, ...) __attribute__((sentinel));
