/* The environment of launchers (launcher.h). An element of a Slurm array that is one task has the element's number for its
 * rank, and the array for its job; where its elements have several tasks, each is a job of its own. */
#include "launcher.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static const char *first_set(const char *const *names)
{
    const char *value = NULL;
    for (; *names && !value; names++)
        value = value_of(*names);
    return value;
}

/* Of a job that has one task in each element. */
static const char *array_value(const char *name)
{
    const char *tasks = value_of("SLURM_NTASKS");
    return tasks && strcmp(tasks, "1") != 0 ? NULL : value_of(name);
}

/* RANK is anybody's name: it is torchrun's where WORLD_SIZE is beside it. */
const char *launcher_rank_text(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", NULL};
    const char *rank = first_set(names);
    rank = rank ? rank : array_value("SLURM_ARRAY_TASK_ID");
    rank = rank ? rank : value_of("SLURM_PROCID");
    return rank || !value_of("WORLD_SIZE") ? rank : value_of("RANK");
}

const char *launcher_job_text(void)
{
    static const char *const names[] = {"SLURM_JOB_ID", "PBS_JOBID",           "LSB_JOBID", "PMIX_NAMESPACE",
                                        "PMI_JOBID",    "TORCHELASTIC_RUN_ID", NULL};
    const char *job = array_value("SLURM_ARRAY_JOB_ID");
    return job ? job : first_set(names);
}

int64_t launcher_rank(void)
{
    const char *text = launcher_rank_text();
    size_t digits = text ? strspn(text, "0123456789") : 0;
    return digits && digits <= 9 && !text[digits] ? strtol(text, NULL, 10) : LAUNCHER_NO_RANK;
}
