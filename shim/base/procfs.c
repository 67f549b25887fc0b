/* Files of /proc (procfs.h). */
#include "procfs.h"
#include <fcntl.h>
#include <unistd.h>

size_t procfs_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    return length > 0 ? (size_t)length : 0;
}
