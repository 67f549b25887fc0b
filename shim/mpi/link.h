/* The preloaded library beside this one, which counts. */
#pragma once

struct job_link;

/* Its table (shim/process/job.h); NULL: it is not there, or of another build, which is said once where FLOP_SCOPE=job. */
const struct job_link *link_find(void);
