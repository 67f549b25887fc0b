/* early_main: one call of its own, between those of libearly's constructor and destructor; none with EARLY_THREADS. */
#include <stdlib.h>

void early_call(int n);

int main(void)
{
    if (!getenv("EARLY_THREADS"))
        early_call(3);
    return 0;
}
