/* Reads by pread alone: a file that is cut off meanwhile must not be a SIGBUS. */
#include "elf_file.h"
#include "kernel.h"
#include "path.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEADERS_MAX 4096
#define LINE_BYTES 256 /* the kernel reads as much of a script's first line */

int elf_file_open_stat(const char *path, struct stat *st)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd >= 0 && (kernel_fstat(fd, st) || !S_ISREG(st->st_mode))) {
        elf_file_close(fd);
        return -1;
    }
    return fd;
}

int elf_file_open(const char *path)
{
    struct stat st;
    return elf_file_open_stat(path, &st);
}

void elf_file_close(int fd)
{
    syscall(SYS_close, fd);
}

size_t elf_file_read_some(int fd, void *to, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size && offset + done <= INT64_MAX) {
        long more = syscall(SYS_pread64, fd, (char *)to + done, size - done, offset + done);
        if (more <= 0 && !(more < 0 && errno == EINTR))
            break;
        done += more > 0 ? (size_t)more : 0;
    }
    return done;
}

bool elf_file_read(int fd, void *to, size_t size, uint64_t offset)
{
    return elf_file_read_some(fd, to, size, offset) == size;
}

/* ---- how it is started ---- */

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* "#! /usr/bin/env python3": the word behind #!. */
static void copy_interpreter(char *interpreter, size_t size, const char *line)
{
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t\n");
    if (length >= size)
        length = 0;
    memcpy(interpreter, line, length);
    interpreter[length] = 0;
}

static enum elf_file_kind kind_of_loader(const char *interpreter)
{
    const char *base = path_base(interpreter);
    if (starts_with(base, "ld-linux") || starts_with(base, "ld-lsb"))
        return ELF_FILE_GLIBC;
    return starts_with(base, "ld-musl") ? ELF_FILE_MUSL : ELF_FILE_LOADER;
}

/* A static program that is position independent says so; a shared library, and the loader itself, do not. */
static bool is_pie(int fd, const Elf64_Phdr *dynamic)
{
    Elf64_Dyn entry = {.d_tag = DT_NULL + 1};
    for (uint64_t at = 0; at + sizeof entry <= dynamic->p_filesz && at < HEADERS_MAX * sizeof entry; at += sizeof entry) {
        if (!elf_file_read(fd, &entry, sizeof entry, dynamic->p_offset + at) || entry.d_tag == DT_NULL)
            return false;
        if (entry.d_tag == DT_FLAGS_1)
            return entry.d_un.d_val & DF_1_PIE;
    }
    return false;
}

static enum elf_file_kind kind_by_headers(int fd, const Elf64_Ehdr *h, char *interpreter, size_t size)
{
    Elf64_Phdr header, dynamic = {0};
    if ((h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_phentsize != sizeof header)
        return ELF_FILE_OTHER;
    for (unsigned i = 0; i < h->e_phnum && i < HEADERS_MAX; i++) {
        if (!elf_file_read(fd, &header, sizeof header, h->e_phoff + i * sizeof header))
            return ELF_FILE_OTHER;
        if (header.p_type == PT_DYNAMIC)
            dynamic = header;
        if (header.p_type != PT_INTERP)
            continue;
        size_t length = header.p_filesz < size ? header.p_filesz : size - 1;
        interpreter[elf_file_read_some(fd, interpreter, length, header.p_offset)] = 0;
        return kind_of_loader(interpreter);
    }
    return h->e_type == ET_DYN && !is_pie(fd, &dynamic) ? ELF_FILE_GLIBC : ELF_FILE_STATIC;
}

enum elf_file_kind elf_file_kind(int fd, char *interpreter, size_t size)
{
    union {
        char line[LINE_BYTES + 1];
        Elf64_Ehdr header;
    } start = {{0}};
    *interpreter = 0;
    size_t length = elf_file_read_some(fd, start.line, LINE_BYTES, 0);
    if (starts_with(start.line, "#!")) {
        copy_interpreter(interpreter, size, start.line + 2);
        return ELF_FILE_SCRIPT;
    }
    if (length < sizeof start.header || memcmp(start.line, ELFMAG, SELFMAG) != 0)
        return ELF_FILE_OTHER;
    if (start.header.e_ident[EI_CLASS] != ELFCLASS64 || start.header.e_ident[EI_DATA] != ELFDATA2LSB ||
        start.header.e_machine != EM_X86_64)
        return ELF_FILE_MACHINE;
    return kind_by_headers(fd, &start.header, interpreter, size);
}
