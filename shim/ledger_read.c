/* Reading a ledger: checks that a file is one, and walks it. The file may come from anybody and may be damaged, so nothing
 * in it is believed before ledger_check has seen it: sizes, kinds, counts, and that every string offset lies in a block of
 * strings. Reads only; no malloc, no stdio: the shim uses it too. */
#include "ledger.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_ALIGN ((size_t)64)
#define LOAD_ATTEMPTS 5

/* One list gives code and message: the code is -(index + 1). */
#define PROBLEMS(X)                                                                \
    X(TOO_SHORT, "too short for a ledger")                                         \
    X(NO_LEDGER, "not a flopshim ledger")                                          \
    X(OTHER_FORMAT, "a ledger of another format version than this flopshim reads") \
    X(CUT_OFF, "cut off: the header names more bytes than there are")              \
    X(BAD_HEADER, "damaged: the header holds an impossible value")                 \
    X(BAD_BLOCK, "damaged: a block of an unknown kind or size")                    \
    X(BLOCK_OUTSIDE, "damaged: a block reaches beyond the end")                    \
    X(BAD_STRINGS, "damaged: a string is not terminated")                          \
    X(BAD_RECORD, "damaged: a record holds an impossible value")                   \
    X(BAD_OFFSET, "damaged: a string offset points outside the strings")           \
    X(NO_MEMORY, "out of memory")

#define AS_ENUM(name, text) name,
#define AS_TEXT(name, text) text,
enum problem { PROBLEMS(AS_ENUM) SOUND };
static const char *const problem_texts[] = {PROBLEMS(AS_TEXT)};
#undef AS_ENUM
#undef AS_TEXT

/* The blocks of strings, ascending, so that 10^6 offsets are checked in 10^6 log steps. */
struct string_blocks {
    uint32_t *begin; /* offset of the first byte of each */
    uint32_t *end;
    size_t count;
    size_t bytes;
};

static uint32_t load_count(const struct ledger_block *block)
{
    return __atomic_load_n(&block->count, __ATOMIC_ACQUIRE);
}

static size_t offset_of(const struct ledger_view *view, const void *address)
{
    return (size_t)((const char *)address - (const char *)view->header);
}

static size_t record_size(uint32_t kind)
{
    static const size_t sizes[] = {
        [LEDGER_STRINGS] = 1,
        [LEDGER_ACCOUNTS] = sizeof(struct ledger_account),
        [LEDGER_GRANTS] = sizeof(struct ledger_grant),
        [LEDGER_TALLIES] = sizeof(struct ledger_tally),
        [LEDGER_PROVIDERS] = sizeof(struct ledger_provider),
    };
    return kind < sizeof sizes / sizeof *sizes ? sizes[kind] : 0;
}

/* The block at an offset, or NULL where none lies there completely. */
static const struct ledger_block *block_at(const struct ledger_view *view, size_t offset)
{
    if (offset > view->size_bytes || view->size_bytes - offset < sizeof(struct ledger_block))
        return NULL;
    return (const struct ledger_block *)((const char *)view->header + offset);
}

static size_t block_bytes(const struct ledger_block *block)
{
    size_t bytes = sizeof *block + (size_t)block->capacity * record_size(block->kind);
    return (bytes + BLOCK_ALIGN - 1) & ~(BLOCK_ALIGN - 1);
}

const struct ledger_block *ledger_next(const struct ledger_view *view, const struct ledger_block *block)
{
    return block_at(view, block ? offset_of(view, block) + block_bytes(block) : LEDGER_PAGE);
}

const char *ledger_string(const struct ledger_view *view, uint32_t offset)
{
    if (offset < LEDGER_PAGE || offset >= view->size_bytes)
        return "";
    const char *string = (const char *)view->header + offset;
    return memchr(string, 0, view->size_bytes - offset) ? string : "";
}

static enum problem check_header(const struct ledger_header *header, size_t size_bytes, size_t *used)
{
    if (size_bytes < LEDGER_PAGE)
        return TOO_SHORT;
    if (memcmp(header->magic, LEDGER_MAGIC, sizeof header->magic) != 0)
        return NO_LEDGER;
    if (header->format != LEDGER_FORMAT)
        return OTHER_FORMAT;
    /* Read once: a living process makes it grow. */
    uint64_t named = __atomic_load_n(&header->size_bytes, __ATOMIC_ACQUIRE);
    if (named > size_bytes)
        return CUT_OFF;
    bool terminated = !header->boot_id[sizeof header->boot_id - 1] && !header->version[sizeof header->version - 1] &&
                      !header->cost_model[sizeof header->cost_model - 1] && !header->host[sizeof header->host - 1] &&
                      !header->program[sizeof header->program - 1];
    if (!terminated || named < LEDGER_PAGE || header->end_reason > LEDGER_END_EXHAUSTED || header->convention > 1)
        return BAD_HEADER;
    *used = (size_t)named;
    return SOUND;
}

static enum problem check_blocks(const struct ledger_view *view, size_t *string_blocks)
{
    size_t offset = LEDGER_PAGE;
    *string_blocks = 0;
    while (offset < view->size_bytes) {
        const struct ledger_block *block = block_at(view, offset);
        if (!block)
            return BLOCK_OUTSIDE;
        uint32_t count = load_count(block);
        size_t record_bytes = record_size(block->kind);
        if (!record_bytes || block->record_bytes != record_bytes || count > block->capacity)
            return BAD_BLOCK;
        if (block->capacity > (view->size_bytes - offset - sizeof *block) / record_bytes)
            return BLOCK_OUTSIDE;
        if (block->kind == LEDGER_STRINGS) {
            if (count && ((const char *)(block + 1))[count - 1])
                return BAD_STRINGS;
            ++*string_blocks;
        }
        offset += block_bytes(block);
    }
    return SOUND;
}

static bool is_string(const struct string_blocks *blocks, uint32_t offset)
{
    size_t low = 0;
    size_t high = blocks->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (blocks->begin[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return !offset || (low && offset < blocks->end[low - 1]);
}

static enum problem check_tallies(const struct ledger_block *block, uint32_t count, const struct string_blocks *strings)
{
    const struct ledger_tally *tally = (const struct ledger_tally *)(block + 1);
    for (; count; count--, tally++) {
        if ((tally->accuracy & ~LEDGER_FORGOTTEN) > 2)
            return BAD_RECORD;
        if (!is_string(strings, tally->namespace_) || !is_string(strings, tally->operation))
            return BAD_OFFSET;
    }
    return SOUND;
}

static enum problem check_records(const struct ledger_block *block, const struct string_blocks *strings)
{
    uint32_t count = load_count(block);
    if (block->kind == LEDGER_TALLIES)
        return check_tallies(block, count, strings);
    if (block->kind == LEDGER_ACCOUNTS) {
        const struct ledger_account *account = (const struct ledger_account *)(block + 1);
        for (; count; count--, account++)
            if (!is_string(strings, account->namespace_))
                return BAD_OFFSET;
    }
    if (block->kind == LEDGER_PROVIDERS) {
        const struct ledger_provider *provider = (const struct ledger_provider *)(block + 1);
        for (; count; count--, provider++)
            if (!is_string(strings, provider->path) || !is_string(strings, provider->name) ||
                !is_string(strings, provider->version))
                return BAD_OFFSET;
    }
    return SOUND;
}

static enum problem check_strings(const struct ledger_view *view, struct string_blocks *strings)
{
    const struct ledger_block *block = NULL;
    while ((block = ledger_next(view, block)) != NULL && strings->count < strings->bytes / 8)
        if (block->kind == LEDGER_STRINGS) {
            size_t begin = offset_of(view, block + 1);
            strings->begin[strings->count] = (uint32_t)begin;
            strings->end[strings->count++] = (uint32_t)(begin + load_count(block));
        }
    const struct ledger_header *header = view->header;
    if (!is_string(strings, header->refused_name) || !is_string(strings, header->refused_namespace) ||
        !is_string(strings, header->uncovered))
        return BAD_OFFSET;
    for (block = ledger_next(view, NULL); block; block = ledger_next(view, block)) {
        enum problem problem = check_records(block, strings);
        if (problem != SOUND)
            return problem;
    }
    return SOUND;
}

static enum problem check(struct ledger_view *view, size_t size_bytes)
{
    size_t string_blocks;
    enum problem problem = check_header(view->header, size_bytes, &view->size_bytes);
    if (problem != SOUND)
        return problem;
    if (view->size_bytes > UINT32_MAX)
        return BAD_HEADER;
    problem = check_blocks(view, &string_blocks);
    if (problem != SOUND)
        return problem;
    struct string_blocks strings = {.bytes = (string_blocks + 1) * 2 * sizeof(uint32_t)};
    strings.begin = mmap(NULL, strings.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (strings.begin == MAP_FAILED)
        return NO_MEMORY;
    strings.end = strings.begin + string_blocks + 1;
    problem = check_strings(view, &strings);
    munmap(strings.begin, strings.bytes);
    return problem;
}

int ledger_check(const void *base, size_t size_bytes, struct ledger_view *view, const char **why)
{
    view->header = base;
    view->size_bytes = 0;
    enum problem problem = check(view, size_bytes);
    if (problem == SOUND)
        return 0;
    *why = problem_texts[problem];
    return -(int)problem - 1;
}

/* How much of the file could be read, or -1 with errno. */
static ssize_t read_whole(int fd, char *data, size_t size_bytes)
{
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t got = pread(fd, data + done, size_bytes - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (!got)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* A copy, not a mapping of the file: whoever can write it could cut it or change it after the check. A living process may
 * add a record and its string between two reads of ours, so what looks damaged is read again. */
static int load_copy(int fd, size_t size_bytes, struct ledger_view *view, const char **why)
{
    char *data = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return -1;
    for (int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
        ssize_t got = read_whole(fd, data, size_bytes);
        if (got < 0)
            break;
        if (ledger_check(data, (size_t)got, view, why) == 0)
            return mprotect(data, size_bytes, PROT_READ);
    }
    int saved = errno;
    munmap(data, size_bytes);
    errno = saved;
    return -1;
}

int ledger_load(const char *path, struct ledger_view *view, const char **why)
{
    struct stat status;
    *why = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    int result = -1;
    if (fstat(fd, &status) == 0) {
        if (!S_ISREG(status.st_mode))
            *why = problem_texts[NO_LEDGER];
        else if ((size_t)status.st_size < LEDGER_PAGE)
            *why = problem_texts[TOO_SHORT];
        else if ((size_t)status.st_size > LEDGER_MAX_BYTES)
            *why = problem_texts[BAD_HEADER];
        else
            result = load_copy(fd, (size_t)status.st_size, view, why);
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}
