/* The end by exit() and quick_exit(). */
#pragma once

/* Before the destructors of the libraries, with which providers let go of what other threads compute with. */
void exit_begin(void);
/* An on_exit handler. Registered before all others, it runs after them and after the destructors, whose calls are counted too.
 */
void exit_finish(int status, void *unused);
/* An at_quick_exit handler, of which the same is true. */
void exit_quickly(void);
