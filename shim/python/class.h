/* The classes BudgetExhaustedError and TimeExhaustedError of this process. The interpreter's lock is held. */
#pragma once
#include "interpreter.h"
#include "refusal.h"

/* What the class and its helpers are defined in, made at the first use: a borrowed reference; NULL with an error set. */
PyObject *class_space(void);

/* Raise it here. An error is set in any case: this one, or why it could not be made. */
void class_raise(const struct refusal *refusal);

/* For the Python package: the classes, borrowed references; NULL where no interpreter runs. */
void *flopshim_python_exception(void);
void *flopshim_python_late(void);
