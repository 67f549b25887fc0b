/* The program's way to main. Start files of glibc 2.34 and later ask for a version of __libc_start_main that earlier ones lack;
 * it differs from the oldest in who calls the program's initialisers, which come here from the program itself, as they did
 * then. */
#include <stddef.h>

typedef int main_function(int argc, char **argv, char **environment);
typedef void initialiser(int argc, char **argv, char **environment);

extern initialiser *const __init_array_start[] __attribute__((visibility("hidden")));
extern initialiser *const __init_array_end[] __attribute__((visibility("hidden")));

int start_main(main_function *main, int argc, char **argv, initialiser *begin, void (*end)(void), void (*end_loader)(void),
               void *stack_end);
__asm__(".symver start_main, __libc_start_main@GLIBC_2.2.5");

static void initialise(int argc, char **argv, char **environment)
{
    for (initialiser *const *next = __init_array_start; next < __init_array_end; next++)
        (*next)(argc, argv, environment);
}

int __libc_start_main(main_function *main, int argc, char **argv, initialiser *begin, void (*end)(void),
                      void (*end_loader)(void), void *stack_end);

__attribute__((visibility("hidden"))) int __libc_start_main(main_function *main, int argc, char **argv, initialiser *begin,
                                                            void (*end)(void), void (*end_loader)(void), void *stack_end)
{
    return start_main(main, argc, argv, begin ? begin : initialise, end, end_loader, stack_end);
}
