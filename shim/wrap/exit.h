/* The end by exit(): the handler that comes last of all. */
#pragma once

/* An on_exit handler. Registered before all others, it runs after them and after the destructors, whose calls are counted too.
 */
void exit_finish(int status, void *unused);
