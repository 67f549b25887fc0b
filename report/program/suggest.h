/* What was meant by a routine that has no price: a topic, a family without a precision, a name misspelt. */
#pragma once
#include <stddef.h>

/* Families of a topic as people name it (svd, eig, lu, cholesky), blank-separated, the usual one first; NULL where it is none.
 */
const char *suggest_topic(const char *name);

/* A tail for a message, such as "; did you mean dgemm or dgemv?". */
void suggest_routine(const char *name, char *tail, size_t size);

/* The topics, for the test that holds them to the list of routines. */
struct suggest_topic {
    const char *names;    /* blank-separated: the topic and its other names */
    const char *families; /* blank-separated */
};
extern const struct suggest_topic suggest_topics[];
size_t suggest_topic_count(void);
