/* A library as wheels have one: a BLAS inside that only it can reach, stripped, with nothing left of it but its texts. */
#include <string.h>
#include <sys/mman.h>

const char *private_blas(void);

static const char version[] = "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605";

const char *private_blas(void)
{
    char *copy = mmap(NULL, sizeof version, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return copy == MAP_FAILED ? NULL : memcpy(copy, version, sizeof version);
}
