/* acknowledge FILE: calls ddot_ for ever and writes how many calls have returned to a shared mapping of FILE. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

int main(int argc, char **argv)
{
    static const double x[3] = {1, 2, 3};
    const int three = 3, one = 1;
    int fd = argc == 2 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    if (fd < 0 || ftruncate(fd, sizeof(uint64_t)))
        return 1;
    uint64_t *acknowledged = mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (acknowledged == MAP_FAILED)
        return 1;
    for (uint64_t i = 1;; i++) {
        ddot_(&three, x, &one, x, &one);
        __atomic_store_n(acknowledged, i, __ATOMIC_RELEASE);
    }
}
