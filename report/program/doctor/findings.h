/* What `flopshim doctor` found of one subject: this machine, or a program. A finding has a level, the name of its check, which
 * programs that read the JSON know it by, a sentence and, where there is one, what to do. */
#pragma once
#include "out.h"
#include <stdbool.h>
#include <stddef.h>

/* missed: something would not be counted. broken: nothing would run, or nothing be kept. */
enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_MISSED, FINDING_BROKEN };

struct finding {
    enum finding_level level;
    const char *check;
    char *what;
    const char *remedy; /* NULL: there is none, or the sentence has it */
};

struct findings {
    const char *subject; /* the machine's has none */
    struct finding *list;
    size_t count;
    bool failed; /* memory ran out */
};

/* `check` and `remedy` are kept, the sentence is copied; one that is there already is not added again. */
void finding_add(struct findings *findings, enum finding_level level, const char *check, const char *remedy, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));
bool findings_have(const struct findings *findings, const char *check);
void findings_free(struct findings *findings);

/* Of all subjects: is there one that is missed or broken? */
bool findings_are_bad(const struct findings *subjects, size_t count);

/* For people; of the machine (the first subject) everything where it is the only one, else what is not as it should be. */
void findings_text(const struct findings *subjects, size_t count, bool colored, struct out *out);
void findings_json(const struct findings *subjects, size_t count, struct out *out);
