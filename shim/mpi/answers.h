/* Calling back what other ranks have not used, and answering to that. */
#pragma once
#include <stdbool.h>
#include "wide.h"

/* A thread that answers until answers_end(), by the function that takes back what this rank has not used. False: there is none.
 */
bool answers_begin(wide (*take_back)(void));
void answers_end(void);
/* This rank returns what it has not used. */
void answers_return(void);

/* Until all others have returned what they have not used. Returns what is to be put into the pool: all that was returned since
 * this was asked last, by whichever rank had the pool locked. A rank that does not answer for ten seconds (somebody stopped it)
 * is not waited for again. */
uint64_t answers_collect(void);
