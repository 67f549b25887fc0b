/* The verbs of the flopshim program: each in a file of its own, all listed once, in main.c. */
#pragma once

#define STATUS_USAGE 2    /* or a bad file */
#define STATUS_FAILED 125 /* flopshim itself, as env(1) has it */
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127

/* argv[0] is the verb. Returns the exit status. */
int cmd_run(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);
int cmd_cost(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_library(int argc, char **argv);
