/* What the file of a program tells of how it will be started. In any state of a process: system calls and the stack, no
 * malloc, no stdio, no lock. Nothing that a file says of itself is trusted. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum elf_file_kind {
    ELF_FILE_OTHER,   /* no ELF file, or a damaged one: nothing is known */
    ELF_FILE_SCRIPT,  /* #! and an interpreter */
    ELF_FILE_GLIBC,   /* started by the GNU C library's loader; or a shared library, or that loader itself */
    ELF_FILE_STATIC,  /* started by no loader */
    ELF_FILE_MUSL,    /* by musl's */
    ELF_FILE_LOADER,  /* by some other one */
    ELF_FILE_MACHINE, /* for another processor, or a 32-bit one */
};

/* A regular file, for reading; -1 where it is none or cannot be read. No cancellation point. */
int elf_file_open(const char *path);
int elf_file_open_stat(const char *path, struct stat *st);
void elf_file_close(int fd);

/* `interpreter`: of a script, the program that runs it; of others, the loader; "" where there is none. */
enum elf_file_kind elf_file_kind(int fd, char *interpreter, size_t size);

/* As many bytes as there are, at most size; or all of them. */
size_t elf_file_read_some(int fd, void *to, size_t size, uint64_t offset);
bool elf_file_read(int fd, void *to, size_t size, uint64_t offset);
