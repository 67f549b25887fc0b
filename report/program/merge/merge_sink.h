/* Where a merge goes: what is written is sent on in pieces, so that a merge of many processes is never in memory as a whole.
 * A file is filled under a temporary name and renamed: it is whole or not there. */
#pragma once
#include "out.h"
#include <limits.h>

struct merge_sink {
    struct out out; /* what is to be sent */
    const char *output;
    char temporary[PATH_MAX]; /* "": none */
    int fd;                   /* -1: all is kept until the end, as a terminal, a device or a pipe with a name gets it */
    int error;
};

/* output: NULL or - for stdout. 0, or the exit status after a message. */
int sink_open(struct merge_sink *sink, const char *output);
/* Sends what there is, where that is much; called between rows. */
void sink_drain(struct merge_sink *sink);
/* Sends the rest and gives the file its name. 0, or the exit status after a message, with nothing left behind. */
int sink_close(struct merge_sink *sink);

/* The same for a file that another library fills: an empty file beside `output`, and its name. -1 with errno. */
int sink_temporary(const char *output, char temporary[PATH_MAX]);
