/* The examinations of `flopshim doctor`. None runs anything of the program's. */
#pragma once
#include "findings.h"
#include "look.h"

/* The library and what it relies on: found, loadable, a folder for ledgers, the kernel, the environment. Copies the library's
 * path to `library` ("": there is none, or LD_PRELOAD cannot hold it). */
void doctor_machine(struct findings *findings, char *library, size_t size);

/* A command as execvp would start it, or (without arguments, argv[1] NULL) a file, which may be a library or a Python script.
 * `library`: "": not tried. */
void doctor_program(struct findings *findings, char *const *argv, const char *library);

/* ---- for those two ---- */

/* Is this the interpreter of Python, by its name? */
bool doctor_is_python(const char *program);
/* What a script (or -c, -m) that it would run imports; without any, all that is installed. argv[0]: as it was named. */
void doctor_python(struct findings *findings, const char *program, char *const *argv);

/* What is wrong with the files of a program, or of a package of Python's, and which BLAS they call; whose: "", or the package.
 * A finding of what would be missed has this level. False: none of them calls a BLAS, has one, or is an engine. */
bool doctor_judge(struct findings *findings, const struct looked_files *files, const char *whose, enum finding_level missed);
