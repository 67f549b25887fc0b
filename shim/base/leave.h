/* Ending the process at once, with no handler or destructor run. Any thread, any state of the process. */
#pragma once

/* Write what stdout and stderr hold, where nobody holds them and as far as their readers take it at once. */
void leave_flush(void);
/* Flush, and end with this status. */
_Noreturn void leave_now(int status);
/* End by SIGABRT, as abort() does but without its lock. */
_Noreturn void leave_by_abort(void);
