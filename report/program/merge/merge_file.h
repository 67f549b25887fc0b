/* A merge's file, or stdout: it is sent there in pieces. A file is filled under a temporary name and renamed: it is whole or
 * not there. */
#pragma once
#include "merge_sink.h"
#include <limits.h>

struct merge_file {
    struct merge_sink sink; /* the first member */
    const char *output;
    char temporary[PATH_MAX]; /* "": none */
    int fd;                   /* -1: all is kept until the end, as a terminal, a device or a pipe with a name gets it */
    int error;
};

/* output: NULL or - for stdout. 0, or the exit status after a message. */
int merge_file_open(struct merge_file *file, const char *output);
/* Sends the rest and gives the file its name. 0, or the exit status after a message, with nothing left behind. */
int merge_file_close(struct merge_file *file);

/* The same for a file that another library fills: an empty file beside `output`, and its name. -1 with errno. */
int merge_file_temporary(const char *output, char temporary[PATH_MAX]);
