/* The process's own record: who it is, and what became of it. */
#include "ledger_self.h"
#include "clock.h"
#include "config.h"
#include "launcher.h"
#include "ledger_alive.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_seal.h"
#include "procfs.h"
#include "weights.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct ledger_process *ledger_process;

static void seal(struct ledger_process *p)
{
    p->state_seal = ledger_seal_state(p);
}

static uint64_t begun_realtime_ns, begun_monotonic_ns;

void self_begins(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    begun_realtime_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    begun_monotonic_ns = clock_now_ns();
}

/* What a call takes beside the routine's own time, by what is recorded of each: the instructions that the benchmarks count, 12
 * in a nanosecond. */
static uint32_t call_ns(void)
{
    bool is_slow = config.detail || config.timing == CONFIG_TIMING_ALL || weights_of_process();
    uint32_t ns = is_slow ? 50 : 5;
    ns += config.detail & CONFIG_SHAPES ? 8 : 0;
    ns += config.detail & CONFIG_CALLERS ? 20 : 0;
    return ns + (config.detail & CONFIG_CALLS ? 50 : 0);
}

static void fill(struct ledger_process *p, uint32_t exec_number, uint64_t ticks)
{
    const char *job = launcher_job_text();
    if (!begun_monotonic_ns)
        self_begins();
    p->pid = (uint32_t)getpid();
    p->ppid = (uint32_t)getppid();
    p->exec_number = exec_number;
    p->start_ticks = ticks;
    p->start_realtime_ns = begun_realtime_ns;
    p->start_monotonic_ns = begun_monotonic_ns;
    p->call_ns = call_ns();
    strcpy(p->weights, weights_label());
    p->rank = launcher_rank();
    snprintf(p->job, sizeof p->job, "%s", job ? job : "");
    p->time_limit_ns = config.time_limit_ns;
    memcpy(p->multiplier, config.multiplier_text, sizeof p->multiplier);
    snprintf(p->program, sizeof p->program, "%s", program_invocation_short_name);
    procfs_read("/proc/self/cmdline", p->arguments, sizeof p->arguments);
    p->seal = ledger_seal_process(p);
    seal(p);
}

bool self_open(uint32_t exec_number)
{
    static struct ledger_process record;
    memset(&record, 0, sizeof record);
    fill(&record, exec_number, ledger_start_ticks((uint32_t)getpid()));
    ledger_process = ledger_add(LEDGER_PROCESSES, &record, sizeof record);
    return ledger_process;
}

void self_superseded(struct ledger_process *earlier)
{
    if (earlier->end_monotonic_ns)
        return;
    earlier->end_monotonic_ns = clock_now_ns();
    earlier->end_reason = LEDGER_END_EXEC;
    seal(earlier);
}

/* ---- what became of it ---- */

void self_incomplete(uint32_t bits)
{
    if (!ledger_process || (ledger_process->incomplete & bits) == bits)
        return;
    ledger_process->incomplete |= bits;
    seal(ledger_process);
}

void self_uncounted(uint64_t calls)
{
    if (!ledger_process || !calls)
        return;
    ledger_process->uncounted_calls += calls;
    ledger_process->incomplete |= LEDGER_UNCOUNTED;
    seal(ledger_process);
}

void self_thread_started(void)
{
    if (!ledger_process)
        return;
    ledger_process->threads++;
    seal(ledger_process);
}

void self_joined(uint32_t rank, uint32_t ranks, uint32_t job_number)
{
    if (!ledger_process)
        return;
    ledger_process->job_rank = rank;
    ledger_process->ranks = ranks;
    ledger_process->job_number = job_number;
    seal(ledger_process);
}

void self_told(uint32_t mark)
{
    if (!ledger_process)
        return;
    ledger_process->is_told = mark;
    seal(ledger_process);
}

void self_dropped_call(void)
{
    if (!ledger_process)
        return;
    ledger_process->dropped_calls++;
    ledger_process->incomplete |= LEDGER_DROPPED;
    seal(ledger_process);
}

void self_refused(uint32_t operation, uint32_t namespace_, uint64_t cost, wide remaining)
{
    struct ledger_process *p = ledger_process;
    if (!p)
        return;
    p->refused_calls++;
    p->refused_cost = cost;
    p->refused_remaining = remaining;
    p->refused_name = operation;
    p->refused_namespace = namespace_;
    p->refused_at = ledger_tick();
    p->refused_elapsed_ns = p->refused_limit_ns = 0;
    seal(p);
}

void self_refused_late(uint64_t elapsed_ns, uint64_t limit_ns)
{
    if (!ledger_process)
        return;
    ledger_process->refused_elapsed_ns = elapsed_ns;
    ledger_process->refused_limit_ns = limit_ns;
    seal(ledger_process);
}

void self_uncovered(const char *text)
{
    uint32_t string = ledger_process && *text ? ledger_intern(text) : 0;
    if (!string || ledger_process->uncovered == string)
        return;
    ledger_process->uncovered = string;
    seal(ledger_process);
}

void self_ended(enum ledger_end reason, uint32_t status)
{
    if (!ledger_process)
        return;
    ledger_process->end_reason = reason;
    ledger_process->end_status = status;
    ledger_process->end_monotonic_ns = clock_now_ns();
    seal(ledger_process);
    __atomic_add_fetch(&ledger->ended, 1, __ATOMIC_RELAXED);
}

void self_unclosed(uint32_t calls)
{
    if (!ledger_process || ledger_process->unclosed_calls == calls)
        return;
    ledger_process->unclosed_calls = calls;
    ledger_process->incomplete &= ~(uint32_t)LEDGER_UNCLOSED;
    ledger_process->incomplete |= calls ? LEDGER_UNCLOSED : 0;
    seal(ledger_process);
}

void self_refused_with(wide remaining)
{
    if (!ledger_process || !ledger_process->refused_calls)
        return;
    ledger_process->refused_remaining = remaining;
    seal(ledger_process);
}

void self_goes_on(void)
{
    if (!ledger_process)
        return;
    ledger_process->end_reason = LEDGER_END_UNKNOWN;
    ledger_process->end_status = 0;
    ledger_process->end_monotonic_ns = 0;
    seal(ledger_process);
}
