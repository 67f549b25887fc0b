/* flopshim calibrate: what this machine can do, for the rooflines of reports. */
#include "bandwidth.h"
#include "calibration.h"
#include "cmd.h"
#include "options.h"
#include "peak.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_USUAL 1.0
#define SECONDS_MOST 600.0

static const struct option_row rows[] = {
    {"library", 'l', "FILE", NULL, "the BLAS whose products are timed; else the one that the loader finds"},
    {"seconds", 's', "S", NULL, "for so long each: products in double and in single precision, memory (1)"},
    {"format", 'f', "FORMAT", "text json", "text (default) or json, on stdout"},
    {"output", 'o', "FILE", NULL, "keep it there instead of in the cache folder, where reports look"},
    OPTION_HELP,
};

struct options {
    const char *library, *format, *output;
    double seconds;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    char *end;
    switch (row->letter) {
    case 'l': options->library = value; return 0;
    case 'f': options->format = value; return 0;
    case 'o': options->output = value; return 0;
    default: break;
    }
    errno = 0;
    options->seconds = strtod(value, &end);
    if (end == value || *end || errno || !(options->seconds > 0 && options->seconds <= SECONDS_MOST))
        return options_refuse("calibrate", row, value, "seconds above 0, at most 600, such as 0.5", NULL);
    return 0;
}

static const struct option_table table = {
    .verb = "calibrate",
    .head =
        "usage: flopshim calibrate [--library FILE] [--seconds S] [--format text|json] [-o FILE]\n\n"
        "Measures the peak of a BLAS (dgemm and sgemm of large matrices, on its threads) and the bandwidth of memory, and "
        "keeps\n"
        "both for this host in $XDG_CACHE_HOME/flopshim or ~/.cache/flopshim. `flopshim report` of a run with\n"
        "FLOP_DETAIL=shapes compares its routines with them. On an idle machine: what else runs is missing from the peak.\n",
    .tail = "Exit status: 0; 2 where an option or the library is bad; 125 where it cannot be measured or kept.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

static void name_processor(char name[CALIBRATION_TEXT])
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && fgets(line, sizeof line, file)) {
        char *value = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        if (!value)
            continue;
        value += 1 + strspn(value + 1, " ");
        value[strcspn(value, "\n")] = 0;
        snprintf(name, CALIBRATION_TEXT, "%.*s", CALIBRATION_TEXT - 1, value);
        break;
    }
    if (file)
        fclose(file);
}

static void describe(struct calibration *c)
{
    cpu_set_t allowed;
    time_t now = time(NULL);
    struct tm utc;
    gethostname(c->host, sizeof c->host - 1);
    name_processor(c->processor);
    c->processors = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? (uint32_t)CPU_COUNT(&allowed) : 1;
    strftime(c->measured, sizeof c->measured, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

static int measure(const struct options *options, struct calibration *c)
{
    struct peak peak;
    describe(c);
    c->bandwidth_gbytes = bandwidth_measure(c->processors, options->seconds); /* before the BLAS has threads: it forks */
    if (c->bandwidth_gbytes <= 0) {
        fputs("flopshim calibrate: the bandwidth of memory cannot be measured: memory or processes are missing\n", stderr);
        return STATUS_FAILED;
    }
    if (peak_measure(options->library, options->seconds, &peak) < 0)
        return STATUS_USAGE;
    strcpy(c->library, peak.library);
    c->dgemm_gflops = peak.dgemm_gflops;
    c->sgemm_gflops = peak.sgemm_gflops;
    return 0;
}

static void print(const struct calibration *c, const char *path, bool as_json)
{
    char text[8 * CALIBRATION_TEXT];
    if (as_json) {
        calibration_json(c, text, sizeof text);
        fputs(text, stdout);
        return;
    }
    printf("host    %s (%s, %u processor%s)\n", c->host, *c->processor ? c->processor : "unknown processor", c->processors,
           c->processors == 1 ? "" : "s");
    printf("dgemm   %8.2f GFLOP/s  %s\nsgemm   %8.2f GFLOP/s\nmemory  %8.2f GB/s\nkept in %s\n", c->dgemm_gflops, c->library,
           c->sgemm_gflops, c->bandwidth_gbytes, path);
}

int cmd_calibrate(int argc, char **argv)
{
    struct options options = {.seconds = SECONDS_USUAL, .format = "text"};
    struct calibration c = {.host = ""};
    char path[PATH_MAX];
    int status = options_read(&table, argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (optind < argc) {
        char shown[OPTIONS_SHOWN_BYTES];
        fprintf(stderr, "flopshim calibrate: takes no argument, got '%s'; a BLAS is named by --library\n",
                options_shown(argv[optind], shown));
        return STATUS_USAGE;
    }
    status = measure(&options, &c);
    if (status)
        return status;
    if (!options.output && !calibration_path(c.host, path, sizeof path)) {
        fputs("flopshim calibrate: neither XDG_CACHE_HOME nor HOME is an absolute path; say where with --output\n", stderr);
        return STATUS_FAILED;
    }
    const char *kept = options.output ? options.output : path;
    if (calibration_save(&c, kept) < 0) {
        fprintf(stderr, "flopshim calibrate: cannot write to %s: %s\n", kept, strerror(errno));
        return STATUS_FAILED;
    }
    print(&c, kept, strcmp(options.format, "json") == 0);
    return 0;
}
