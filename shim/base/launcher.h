/* What a launcher of many processes tells each of them in its environment: its number, and the job's name. Of MPI (Open MPI,
 * PMIx, PMI), Slurm, PBS, LSF and torchrun. */
#pragma once
#include <stdint.h>

#define LAUNCHER_NO_RANK INT64_C(-1)

/* As it is in the environment; NULL: nobody says. */
const char *launcher_rank_text(void);
const char *launcher_job_text(void);

/* LAUNCHER_NO_RANK: nobody says, or it is not a number of at most 9 digits. */
int64_t launcher_rank(void);
