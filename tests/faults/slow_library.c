/* A library whose constructor holds the loader's lock until calls_made is set by another thread, or for 20 s. */
#include <stdio.h>
#include <unistd.h>

extern volatile int in_constructor, calls_made;

__attribute__((constructor)) static void wait_for_calls(void)
{
    in_constructor = 1;
    for (int i = 0; i < 20000 && !calls_made; i++)
        usleep(1000);
    puts(calls_made ? "called while the loader was busy" : "no call came through for 20 s");
}
