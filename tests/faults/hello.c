/* A program that says where it was started, built in ways that the preload does not reach. */
#include <stdio.h>

int main(void)
{
    puts("hello");
    return 0;
}
