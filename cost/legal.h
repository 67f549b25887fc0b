/* Whether the arguments of a question, each of them accepted, go together: a routine rejects the call where they do not. */
#pragma once
#include "evaluate.h"

/* 0; or -1, and error says which value is wrong and what is accepted. */
int legal_question(const struct cost_question *q, char *error, size_t size);
