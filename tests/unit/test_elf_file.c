/* What a program's file tells of how it is started, and which functions it has: files built byte by byte, sound and damaged. */
#include "elf_build.h"
#include "elf_file.h"
#include "elf_function.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct elf_build b;
static char interpreter[256];
static int file = -1;

static void open_file(void)
{
    file = memfd_create("elf", MFD_CLOEXEC);
    cr_assert(file >= 0);
}

static enum elf_file_kind kind(void)
{
    memset(interpreter, 'x', sizeof interpreter);
    elf_write(&b, file);
    return elf_file_kind(file, interpreter, sizeof interpreter);
}

static enum elf_file_kind kind_of_text(const char *text, size_t size)
{
    b.size = 0;
    elf_bytes(&b, text, size);
    return kind();
}

TestSuite(elf_file, .init = open_file);

/* ---- opening ---- */

Test(elf_file, opens_regular_files_and_nothing_else)
{
    char folder[] = "elf.XXXXXX", path[64];
    cr_assert(mkdtemp(folder));
    cr_expect(elf_file_open(folder) == -1 && elf_file_open("/dev/zero") == -1);
    snprintf(path, sizeof path, "%s/fifo", folder);
    cr_assert(mkfifo(path, 0600) == 0);
    cr_expect(elf_file_open(path) == -1, "and does not wait for who writes into it");
    unlink(path);
    cr_expect(elf_file_open(path) == -1);
    snprintf(path, sizeof path, "%s/file", folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    int fd = elf_file_open(path);
    cr_expect(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    elf_file_close(fd);
    cr_expect(fcntl(fd, F_GETFD) == -1 && errno == EBADF);
    unlink(path);
    rmdir(folder);
}

/* ---- how it is started ---- */

Test(elf_file, is_started_by_the_loader_that_it_names)
{
    static const struct {
        const char *loader;
        enum elf_file_kind kind;
    } cases[] = {
        {"/lib64/ld-linux-x86-64.so.2", ELF_FILE_GLIBC}, {"/opt/glibc/ld-linux-x86-64.so.2", ELF_FILE_GLIBC},
        {"/lib64/ld-lsb-x86-64.so.3", ELF_FILE_GLIBC},   {"ld-linux-x86-64.so.2", ELF_FILE_GLIBC},
        {"/lib/ld-musl-x86_64.so.1", ELF_FILE_MUSL},     {"/libexec/ld-elf.so.1", ELF_FILE_LOADER},
        {"/lib/ld-linux/ld.so", ELF_FILE_LOADER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint16_t type = ET_EXEC; type <= ET_DYN; type++) {
            elf_start(&b, type);
            elf_segment(&b, PT_LOAD, "code", 4);
            elf_interpreter(&b, cases[i].loader);
            cr_expect(kind() == cases[i].kind, "%s: %d", cases[i].loader, kind());
            cr_expect_str_eq(interpreter, cases[i].loader);
        }
}

Test(elf_file, names_a_loader_that_is_cut_where_there_is_no_room)
{
    char small[8] = "xxxxxxxx";
    elf_start(&b, ET_EXEC);
    elf_interpreter(&b, "/lib64/ld-linux-x86-64.so.2");
    elf_write(&b, file);
    elf_file_kind(file, small, sizeof small);
    cr_expect_str_eq(small, "/lib64/");
}

static enum elf_file_kind kind_with_flags(Elf64_Sxword first_tag, Elf64_Sxword tag, uint64_t flags)
{
    const Elf64_Dyn entries[] = {{.d_tag = first_tag}, {.d_tag = tag, .d_un.d_val = flags}, {.d_tag = DT_NULL}};
    elf_start(&b, ET_DYN);
    elf_segment(&b, PT_DYNAMIC, entries, sizeof entries);
    return kind();
}

/* Without a loader: a static program, or what is no program at all. */
Test(elf_file, without_a_loader_is_static_where_it_is_a_program)
{
    elf_start(&b, ET_EXEC);
    cr_expect(kind() == ELF_FILE_STATIC);
    cr_expect_str_eq(interpreter, "");
    elf_start(&b, ET_DYN);
    cr_expect(kind() == ELF_FILE_GLIBC, "no dynamic section");
    cr_expect(kind_with_flags(DT_DEBUG, DT_FLAGS_1, DF_1_PIE | DF_1_NOW) == ELF_FILE_STATIC);
    cr_expect(kind_with_flags(DT_DEBUG, DT_FLAGS_1, DF_1_NOW) == ELF_FILE_GLIBC);
    cr_expect(kind_with_flags(DT_DEBUG, DT_FLAGS, DF_1_PIE) == ELF_FILE_GLIBC, "another tag");
    cr_expect(kind_with_flags(DT_NULL, DT_FLAGS_1, DF_1_PIE) == ELF_FILE_GLIBC, "behind the end");
    kind_with_flags(DT_DEBUG, DT_FLAGS_1, DF_1_PIE);
    b.segments[0].p_filesz = 2 * sizeof(Elf64_Dyn) - 1;
    cr_expect(kind() == ELF_FILE_GLIBC, "half an entry is none");
}

Test(elf_file, for_another_processor_is_told)
{
    elf_start(&b, ET_EXEC);
    b.header.e_machine = EM_AARCH64;
    cr_expect(kind() == ELF_FILE_MACHINE);
    b.header.e_machine = EM_X86_64;
    b.header.e_ident[EI_CLASS] = ELFCLASS32; /* x32 */
    cr_expect(kind() == ELF_FILE_MACHINE);
    b.header.e_ident[EI_CLASS] = ELFCLASS64;
    b.header.e_ident[EI_DATA] = ELFDATA2MSB;
    cr_expect(kind() == ELF_FILE_MACHINE);
}

Test(elf_file, is_nothing_known_where_it_is_damaged_or_no_elf_file)
{
    cr_expect(kind_of_text("", 0) == ELF_FILE_OTHER);
    cr_expect(kind_of_text("\177ELF", 4) == ELF_FILE_OTHER);
    static const char zeros[100];
    cr_expect(kind_of_text(zeros, sizeof zeros) == ELF_FILE_OTHER);
    static const uint16_t types[] = {ET_NONE, ET_REL, ET_CORE, 0xffff};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        elf_start(&b, types[i]);
        cr_expect(kind() == ELF_FILE_OTHER, "type %u", types[i]);
    }
    elf_start(&b, ET_EXEC);
    elf_interpreter(&b, "/lib64/ld-linux-x86-64.so.2");
    b.header.e_phentsize = sizeof(Elf64_Phdr) + 8;
    cr_expect(kind() == ELF_FILE_OTHER);
    b.header.e_phentsize = sizeof(Elf64_Phdr);
    static const uint64_t beyond[] = {1 << 20, (uint64_t)INT64_MAX - 10, INT64_MAX, UINT64_MAX - 100};
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        b.header.e_phoff = beyond[i];
        cr_expect(kind() == ELF_FILE_OTHER && !*interpreter, "%llx", (unsigned long long)beyond[i]);
    }
}

Test(elf_file, cut_off_anywhere_is_read_no_further)
{
    static const Elf64_Dyn entries[] = {{.d_tag = DT_FLAGS_1, .d_un.d_val = DF_1_PIE}, {.d_tag = DT_NULL}};
    elf_start(&b, ET_DYN);
    elf_segment(&b, PT_DYNAMIC, entries, sizeof entries);
    elf_interpreter(&b, "/lib64/ld-linux-x86-64.so.2");
    size_t whole = b.size, second_header_ends = sizeof b.header + 2 * sizeof(Elf64_Phdr);
    for (b.size = 0; b.size < whole; b.size++) {
        enum elf_file_kind found = kind();
        cr_expect(memchr(interpreter, 0, sizeof interpreter) != NULL);
        if (b.size < second_header_ends)
            cr_expect(found == ELF_FILE_OTHER && !*interpreter, "cut to %zu: %d", b.size, found);
        else
            cr_expect(!strncmp(interpreter, "/lib64/ld-linux-x86-64.so.2", strlen(interpreter)), "cut to %zu", b.size);
    }
    cr_expect(kind() == ELF_FILE_GLIBC);
}

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % limit;
}

/* No claim but that it ends and stays inside its buffers, which the sanitized build would tell. */
Test(elf_file, of_random_damage_is_survived, .timeout = 60)
{
    struct elf_build sound;
    const Elf64_Sym symbols[] = {{0}, {.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1, .st_size = 100}};
    elf_start(&sound, ET_DYN);
    elf_interpreter(&sound, "/lib64/ld-linux-x86-64.so.2");
    elf_symbols(&sound, symbols, 2, "\0dgemm_", 8);
    elf_end(&sound);
    for (int i = 0; i < 20000; i++) {
        b = sound;
        for (uint32_t many = 1 + random_below(4); many; many--)
            b.data[random_below((uint32_t)b.size)] ^= (unsigned char)(1 + random_below(255));
        enum elf_file_kind found = kind();
        cr_assert(found <= ELF_FILE_MACHINE && memchr(interpreter, 0, sizeof interpreter));
    }
}

/* ---- scripts ---- */

Test(elf_file, of_a_script_is_run_by_the_first_word_behind_the_mark)
{
    static const struct {
        const char *text, *interpreter;
    } cases[] = {
        {"#!/bin/sh\necho", "/bin/sh"},
        {"#! \t/usr/bin/env python3\n", "/usr/bin/env"},
        {"#!/bin/sh", "/bin/sh"},
        {"#!/bin/sh\t-e", "/bin/sh"},
        {"#!", ""},
        {"#!\n/bin/sh\n", ""},
        {"#!   \n", ""},
        {"#!relative/sh\n", "relative/sh"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect(kind_of_text(cases[i].text, strlen(cases[i].text)) == ELF_FILE_SCRIPT, "%s", cases[i].text);
        cr_expect_str_eq(interpreter, cases[i].interpreter, "%s", cases[i].text);
    }
    cr_expect(kind_of_text("#", 1) == ELF_FILE_OTHER && kind_of_text(" #!/bin/sh", 10) == ELF_FILE_OTHER);
}

Test(elf_file, of_a_script_with_an_interpreter_longer_than_the_buffer_names_none)
{
    char line[400], small[8];
    memset(line, 'a', sizeof line);
    memcpy(line, "#!/", 3);
    cr_expect(kind_of_text(line, sizeof line) == ELF_FILE_SCRIPT);
    cr_expect(strlen(interpreter) == 254, "the kernel reads 256 bytes of the line");
    line[9] = '\n'; /* a word of 7 bytes */
    kind_of_text(line, sizeof line);
    cr_expect(elf_file_kind(file, small, sizeof small) == ELF_FILE_SCRIPT && strlen(small) == 7);
    line[9] = 'a';
    line[10] = '\n';
    kind_of_text(line, sizeof line);
    cr_expect(elf_file_kind(file, small, sizeof small) == ELF_FILE_SCRIPT && !*small);
}

/* ---- functions ---- */

static const char strings[] = "\0one\0two\0three\0twelve";
enum { ONE = 1, TWO = 5, THREE = 9, TWELVE = 15 };
static char name[16];
static bool stripped;

static bool begins_with_t(const char *text, size_t bytes)
{
    return *text == 't' && bytes >= 64;
}

static bool has_t(const char *text, size_t length)
{
    return memchr(text, 't', length);
}

static const struct elf_file_wanted wanted = {.end = 'e', .within = "tw", .may_be = has_t, .is = begins_with_t};

static bool find_function(void)
{
    memset(name, 'x', sizeof name);
    elf_write(&b, file);
    return elf_file_function(file, &wanted, name, sizeof name, &stripped);
}

/* Symbol of a section by its type. */
static Elf64_Sym symbol(uint32_t at, unsigned char type, uint16_t section, uint64_t size)
{
    return (Elf64_Sym){.st_name = at, .st_info = ELF64_ST_INFO(STB_GLOBAL, type), .st_shndx = section, .st_size = size};
}

static Elf64_Shdr *build_symbols(const Elf64_Sym *symbols, size_t count)
{
    elf_start(&b, ET_DYN);
    elf_section(&b, SHT_NULL, "", 0);
    return elf_symbols(&b, symbols, count, strings, sizeof strings);
}

Test(elf_file, has_the_first_wanted_function_that_it_defines)
{
    const Elf64_Sym symbols[] = {{0},
                                 symbol(ONE, STT_FUNC, 1, 64),
                                 symbol(TWO, STT_FUNC, SHN_UNDEF, 64),
                                 symbol(TWO, STT_OBJECT, 1, 64),
                                 symbol(TWO, STT_FUNC, 1, 63),
                                 symbol(sizeof strings, STT_FUNC, 1, 64),
                                 symbol(UINT32_MAX, STT_FUNC, 1, 64),
                                 symbol(THREE, STT_FUNC, 1, 64),
                                 symbol(TWELVE, STT_FUNC, 1, 64)};
    build_symbols(symbols, sizeof symbols / sizeof *symbols);
    elf_end(&b);
    cr_expect(find_function() && !stripped);
    cr_expect_str_eq(name, "three");
    build_symbols(symbols, 7);
    elf_end(&b);
    cr_expect(!find_function() && !stripped, "looked for, and not there");
    const Elf64_Sym indirect = symbol(TWELVE, STT_GNU_IFUNC, 1, 64);
    build_symbols(&indirect, 1);
    elf_end(&b);
    cr_expect(find_function());
    cr_expect_str_eq(name, "twelve");
    char small[4];
    cr_expect(elf_file_function(file, &wanted, small, sizeof small, &stripped));
    cr_expect_str_eq(small, "twe");
}

/* Names are read a part at a time; wherever the parts end, and however long a name is. */
Test(elf_file, has_a_function_whose_name_is_anywhere)
{
    static char many[14000];
    for (size_t length = 1; length < 13000; length += length < 300 ? 1 : 97) {
        memset(many, 'o', sizeof many);
        for (size_t at = 0; at < sizeof many - 1; at += length + 1)
            many[at] = 0;
        const size_t place = sizeof many - 1 - length % 13900;
        memcpy(many + place - 6, "\0three", 7);
        many[sizeof many - 1] = 0;
        const Elf64_Sym three = symbol((uint32_t)place - 5, STT_FUNC, 1, 64);
        elf_start(&b, ET_DYN);
        elf_section(&b, SHT_NULL, "", 0);
        elf_symbols(&b, &three, 1, many, sizeof many);
        elf_end(&b);
        cr_expect(find_function() && !stripped, "names of %zu bytes", length);
        cr_expect_str_eq(name, "three");
    }
}

Test(elf_file, has_functions_behind_many_sections)
{
    const Elf64_Sym three = symbol(THREE, STT_FUNC, 1, 64);
    elf_start(&b, ET_DYN);
    for (int i = 0; i < 37; i++)
        elf_section(&b, SHT_PROGBITS, "", 0);
    elf_symbols(&b, &three, 1, strings, sizeof strings);
    elf_end(&b);
    cr_expect(find_function() && !stripped);
}

Test(elf_file, without_a_sound_symbol_table_is_stripped)
{
    const Elf64_Sym three = symbol(THREE, STT_FUNC, 1, 64);
    const Elf64_Shdr behind_the_last = {.sh_type = SHT_STRTAB, .sh_size = 1};
    enum { NONE, ENTRY_SIZE, LINK, STRINGS, NO_STRINGS, LARGE, CUT, STRINGS_CUT, FAR, CLASS, SECTION_SIZE, CASES };
    for (int i = NONE; i < CASES; i++) {
        Elf64_Shdr *symbols = build_symbols(&three, 1);
        switch (i) {
        case NONE: symbols->sh_type = SHT_DYNSYM; break;
        case ENTRY_SIZE: symbols->sh_entsize = 16; break;
        case LINK: symbols->sh_link = 3; break;
        case STRINGS: symbols[1].sh_type = SHT_PROGBITS; break;
        case NO_STRINGS: symbols[1].sh_size = 0; break;
        case LARGE: symbols->sh_size = ((uint64_t)64 << 20) + sizeof three; break;
        case CUT: symbols->sh_size = 1000 * sizeof three; break;
        case STRINGS_CUT: symbols[1].sh_size = 1 << 20; break;
        case FAR: symbols->sh_offset = UINT64_MAX - 3; break;
        case CLASS: b.header.e_ident[EI_CLASS] = ELFCLASS32; break;
        default: b.header.e_shentsize = 32;
        }
        elf_end(&b);
        elf_bytes(&b, &behind_the_last, sizeof behind_the_last);
        cr_expect(!find_function() && stripped, "case %d", i);
    }
    build_symbols(&three, 1);
    elf_end(&b);
    cr_expect(find_function() && !stripped, "none of these");
    b.size = 3;
    cr_expect(!find_function() && stripped);
}

Test(elf_file, has_names_that_end_where_their_table_ends)
{
    const Elf64_Sym three = symbol(1, STT_FUNC, 1, 64);
    elf_start(&b, ET_DYN);
    elf_symbols(&b, &three, 1, "\0three", 6); /* no terminating zero: the table ends it */
    elf_end(&b);
    cr_expect(find_function());
    cr_expect_str_eq(name, "three");
}

/* ---- which names are asked about ---- */

static char asked[1 << 15];

static bool note_asked(const char *text, size_t length)
{
    strncat(asked, text, length);
    strcat(asked, " ");
    return true;
}

static bool is_none(const char *text, size_t bytes)
{
    (void)text, (void)bytes;
    return false;
}

/* Names that end in an e, or have a tw anywhere: each once, in order, wherever they lie. */
Test(elf_file, asks_about_names_with_a_mark, .timeout = 60)
{
    static const struct elf_file_wanted all = {.end = 'e', .within = "tw", .may_be = note_asked, .is = is_none};
    static const char letters[] = "etwxx", end[] = "xe";
    static char names[13000], expected[1 << 15];
    for (int round = 0; round < 200; round++) {
        size_t size = 2 + random_below(sizeof names - 8), start = 1;
        for (size_t i = 0; i < size; i++)
            names[i] = random_below(6) ? letters[random_below(5)] : 0;
        names[0] = 0;
        memcpy(names + size - 3, end, sizeof end);
        *expected = *asked = 0;
        for (size_t i = 1; i < size; i++) {
            if (names[i])
                continue;
            if (i > start && (names[i - 1] == 'e' || strstr(names + start, "tw")))
                strcat(strcat(expected, names + start), " ");
            start = i + 1;
        }
        elf_start(&b, ET_DYN);
        elf_symbols(&b, &(Elf64_Sym){0}, 1, names, size);
        elf_end(&b);
        elf_write(&b, file);
        cr_assert(!elf_file_function(file, &all, name, sizeof name, &stripped) && !stripped);
        cr_assert_str_eq(asked, expected, "round %d, %zu bytes", round, size);
    }
}

static const char *harmless;

static bool is_one_of_them(const char *text, size_t length, void *data)
{
    cr_expect_eq(data, (void *)&harmless);
    return strstr(harmless, text) && length;
}

/* The symbols' own table is not even read. */
Test(elf_file, has_none_where_all_names_are_harmless)
{
    const struct elf_file_wanted some = {
        .end = 'e', .within = "tw", .may_be = has_t, .is = begins_with_t, .is_harmless = is_one_of_them, .data = &harmless};
    const Elf64_Sym three = symbol(THREE, STT_FUNC, 1, 64);
    build_symbols(&three, 1);
    elf_end(&b);
    elf_write(&b, file);
    harmless = "two three twelve";
    cr_expect(!elf_file_function(file, &some, name, sizeof name, &stripped) && !stripped);
    harmless = "two three";
    cr_expect(elf_file_function(file, &some, name, sizeof name, &stripped) && !stripped);
    cr_expect_str_eq(name, "three", "one that matters is there, so all are looked for");
    build_symbols(&three, 1)->sh_offset = UINT64_MAX - 3;
    elf_end(&b);
    elf_write(&b, file);
    cr_expect(!elf_file_function(file, &some, name, sizeof name, &stripped) && stripped);
    harmless = "two three twelve";
    cr_expect(!elf_file_function(file, &some, name, sizeof name, &stripped) && !stripped);
}
