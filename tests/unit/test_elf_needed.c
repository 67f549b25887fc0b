/* Which libraries a file needs (report/elf_needed.c): files built byte by byte, sound and damaged. */
#include "elf_build.h"
#include "elf_needed.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BASE 0x400000 /* where the file would be mapped */

static const char strings[] = "\0libone.so\0libtwo.so\0libthree.so";
enum { ONE = 1, TWO = 11, THREE = 21 };
static struct elf_build b;
static char path[] = "needed.XXXXXX", asked[200];

static void make_file(void)
{
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(elf_needed, .init = make_file, .fini = remove_file, .timeout = 60);

static void write_file(void)
{
    int fd = open(path, O_WRONLY);
    cr_assert(fd >= 0);
    elf_write(&b, fd);
    close(fd);
}

/* Needs one, two and three; strings of `string_bytes`. The whole file is one PT_LOAD. */
static void build(uint64_t string_bytes)
{
    elf_start(&b, ET_DYN);
    Elf64_Phdr *load = elf_segment(&b, PT_LOAD, "", 0);
    uint64_t at = elf_bytes(&b, strings, sizeof strings);
    const Elf64_Dyn entries[] = {{.d_tag = DT_NEEDED, .d_un.d_val = ONE},    {.d_tag = DT_STRTAB, .d_un.d_ptr = BASE + at},
                                 {.d_tag = DT_NEEDED, .d_un.d_val = TWO},    {.d_tag = DT_STRSZ, .d_un.d_val = string_bytes},
                                 {.d_tag = DT_NEEDED, .d_un.d_val = THREE},  {.d_tag = DT_NULL},
                                 {.d_tag = DT_NEEDED, .d_un.d_val = ONE + 3}};
    elf_segment(&b, PT_DYNAMIC, entries, sizeof entries);
    *load = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = BASE, .p_filesz = b.size};
}

static bool is_wanted(const char *name, void *wanted)
{
    snprintf(asked + strlen(asked), sizeof asked - strlen(asked), "%s ", name);
    return wanted && !strcmp(name, wanted);
}

/* The names that it was asked about, in order: all, where none is wanted. */
static const char *names(const char *wanted)
{
    struct elf_file elf;
    asked[0] = 0;
    write_file();
    cr_assert(elf_open(path, &elf) == 0);
    const char *found = elf_find_needed(&elf, is_wanted, (void *)(uintptr_t)wanted);
    cr_expect(!found == !wanted && (!found || !strcmp(found, wanted)));
    elf_close(&elf);
    return asked;
}

static Elf64_Dyn *dynamic(void)
{
    return (Elf64_Dyn *)(b.data + b.segments[1].p_offset);
}

Test(elf_needed, are_asked_about_in_order_up_to_the_end_of_the_table)
{
    build(sizeof strings);
    cr_expect_str_eq(names(NULL), "libone.so libtwo.so libthree.so ");
    cr_expect_str_eq(names("libtwo.so"), "libone.so libtwo.so ");
    b.segments[1].p_filesz = 5 * sizeof(Elf64_Dyn) - 1;
    cr_expect_str_eq(names(NULL), "libone.so libtwo.so ", "half an entry is none");
}

Test(elf_needed, end_inside_their_table)
{
    build(sizeof strings);
    dynamic()[0].d_un.d_val = sizeof strings;
    dynamic()[2].d_un.d_val = UINT64_MAX;
    cr_expect_str_eq(names(NULL), "libthree.so ");
    build(sizeof strings - 1); /* its last byte is no zero */
    cr_expect_str_eq(names(NULL), "");
    build(0);
    cr_expect_str_eq(names(NULL), "");
    build(UINT64_MAX);
    cr_expect_str_eq(names(NULL), "");
    build(b.size);
    cr_expect_str_eq(names(NULL), "");
}

Test(elf_needed, are_none_where_the_tables_cannot_be_found)
{
    static const uint64_t addresses[] = {0, BASE - 1, BASE + (1 << 20), UINT64_MAX};
    static const uint64_t offsets[] = {1 << 20, INT64_MAX, UINT64_MAX - 8};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        build(sizeof strings);
        dynamic()[1].d_un.d_ptr = addresses[i];
        cr_expect_str_eq(names(NULL), "", "strings at %llx", (unsigned long long)addresses[i]);
    }
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
        for (int segment = 0; segment < 2; segment++) {
            build(sizeof strings);
            b.segments[segment].p_offset = offsets[i];
            cr_expect_str_eq(names(NULL), "", "segment %d at %llx", segment, (unsigned long long)offsets[i]);
        }
    build(sizeof strings);
    b.segments[1].p_type = PT_NOTE;
    cr_expect_str_eq(names(NULL), "", "static");
    build(sizeof strings);
    b.header.e_phentsize = 32;
    cr_expect_str_eq(names(NULL), "");
    build(sizeof strings);
    b.header.e_phoff = UINT64_MAX - 10;
    cr_expect_str_eq(names(NULL), "");
    build(sizeof strings);
    b.header.e_phnum = 1;
    cr_expect_str_eq(names(NULL), "");
}

Test(elf_needed, of_what_is_no_program_of_this_processor_are_an_error)
{
    struct elf_file elf;
    build(sizeof strings);
    b.header.e_machine = EM_AARCH64;
    write_file();
    cr_expect(elf_open(path, &elf) == -1 && errno == ENOEXEC);
    build(sizeof strings);
    b.header.e_ident[EI_CLASS] = ELFCLASS32;
    write_file();
    cr_expect(elf_open(path, &elf) == -1 && errno == ENOEXEC);
    build(sizeof strings);
    for (b.size = 0; b.size < sizeof b.header; b.size += 21) {
        write_file();
        cr_expect(elf_open(path, &elf) == -1 && errno == ENOEXEC, "%zu bytes", b.size);
    }
    cr_expect(elf_open("/nowhere", &elf) == -1 && errno == ENOENT);
    cr_expect(elf_open(".", &elf) == -1 && errno == ENOEXEC);
    cr_assert(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    cr_expect(elf_open(path, &elf) == -1 && errno == ENOEXEC, "and nobody is waited for");
}

/* Every name that it asks about ends in its table: a file cut off anywhere has fewer of them. */
Test(elf_needed, of_a_file_that_is_cut_off_are_the_first_or_none)
{
    struct elf_file elf;
    build(sizeof strings);
    size_t whole = b.size;
    for (b.size = sizeof b.header; b.size < whole; b.size++) {
        write_file();
        asked[0] = 0;
        cr_assert(elf_open(path, &elf) == 0);
        cr_expect(elf_find_needed(&elf, is_wanted, NULL) == NULL);
        cr_expect(!strncmp(asked, "libone.so libtwo.so libthree.so ", strlen(asked)), "%zu: %s", b.size, asked);
        elf_close(&elf);
    }
}
