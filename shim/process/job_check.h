/* FLOP_SCOPE=job, and what it needs. */
#pragma once

/* At start: FLOP_SCOPE=job without the library of MPI jobs is said, and ends the process where there is a limit. */
void job_check(void);
