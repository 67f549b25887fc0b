/* Files of /proc (procfs.h). */
#include "procfs.h"
#include "origin.h"
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

static int open_unconfined(const char *path)
{
    return origin_is_confined() ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

size_t procfs_read(const char *path, char *text, size_t size)
{
    int fd = open_unconfined(path);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    return length > 0 ? (size_t)length : 0;
}

/* Lines of /proc/self/maps begin with START-END, in hexadecimal. */
struct line {
    uintptr_t numbers[2];
    int at; /* 0: in START; 1: in END; 2: behind them */
};

static void next_digit(struct line *line, char c)
{
    uintptr_t digit = c >= '0' && c <= '9' ? (uintptr_t)(c - '0') : c >= 'a' && c <= 'f' ? (uintptr_t)(c - 'a' + 10) : 16;
    if (c == '\n')
        *line = (struct line){{0, 0}, 0};
    else if (line->at < 2 && digit < 16)
        line->numbers[line->at] = line->numbers[line->at] << 4 | digit;
    else
        line->at++;
}

uintptr_t procfs_mapping(uintptr_t address)
{
    char text[256];
    struct line line = {{0, 0}, 0};
    int fd = open_unconfined("/proc/self/maps");
    ssize_t length = 0;
    bool found = false;
    while (fd >= 0 && !found && (length = read(fd, text, sizeof text)) > 0)
        for (ssize_t i = 0; i < length && !found; i++) {
            next_digit(&line, text[i]);
            found = line.at == 2 && address >= line.numbers[0] && address < line.numbers[1];
        }
    if (fd >= 0)
        close(fd);
    return found ? line.numbers[0] : 0;
}
