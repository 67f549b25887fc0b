/* What a machine can do, as `flopshim calibrate` measured it: the peaks of a BLAS and the bandwidth of memory, in a file of the
 * user's cache folder for each host. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALIBRATION_TEXT = 256 };

struct calibration {
    char host[CALIBRATION_TEXT];
    char processor[CALIBRATION_TEXT];
    char library[CALIBRATION_TEXT]; /* of the products */
    char measured[32];              /* when: RFC 3339, UTC */
    uint32_t processors;            /* that could be used; */
    double dgemm_gflops, sgemm_gflops;
    double bandwidth_gbytes; /* 10^9 bytes a second, of all of them together */
};

/* $XDG_CACHE_HOME or ~/.cache, then flopshim/HOST.json. False: neither variable is an absolute path, or it is too long. */
bool calibration_path(const char *host, char *path, size_t size);
/* 0, or -1 with errno. */
int calibration_save(const struct calibration *calibration, const char *path);
void calibration_json(const struct calibration *calibration, char *text, size_t size);
/* Of this host. False where there is none; where it cannot be read, after a message on stderr. */
bool calibration_load(const char *host, struct calibration *calibration);
