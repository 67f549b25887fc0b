/* The ledger: any bytes. What ledger_check accepts can be summed up and written in every format; ledger_load says the same of
 * a file as ledger_check of memory. Seeds are ledgers that ledger_build.h makes at start, in the folder FUZZ_SEEDS, so that
 * the corpus follows the format. */
#include "calls.h"
#include "fuzz_summary.h"
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_node_seal.h"
#include "ledger_read.h"
#include "trace.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void save(struct ledger_build *b, const char *folder, const char *name)
{
    build_seal(b);
    char path[4096];
    const char *why = "";
    struct ledger_view view;
    REQUIRE(ledger_check(b->data, b->used, &view, &why) == 0, "the seed %s: %s", name, why);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0 && write(fd, b->data, b->used) == (ssize_t)b->used, "%s", path);
    close(fd);
    free(b->data);
}

/* The ledger of a node, of two ranks, of which one has moved in. */
static void save_node(struct ledger_build *b, const char *folder)
{
    static struct {
        struct node_header header;
        struct node_slot slots[2];
        char rest[NODE_PAGE - sizeof(struct node_header) - 2 * sizeof(struct node_slot)];
        char part[1 << 14];
    } file = {.header = {.magic = NODE_MAGIC, .format = LEDGER_FORMAT, .slots = 2}};
    char path[4096];
    build_seal(b);
    memcpy(file.part, b->data, b->used);
    file.header.seal = node_seal(&file.header);
    file.slots[1].extents[0] = (struct node_extent){.place = NODE_PAGE, .bytes = sizeof file.part};
    file.slots[1].extents[0].seal = node_seal_extent(file.slots[1].extents, 1, 0);
    file.slots[1].count = 1;
    snprintf(path, sizeof path, "%s/node", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0 && write(fd, &file, sizeof file) == (ssize_t)sizeof file, "%s", path);
    close(fd);
    free(b->data);
}

static void make_seeds(const char *folder)
{
    struct ledger_build b;
    build_start(&b, 1 << 14, 64);
    save(&b, folder, "empty");
    build_start(&b, 1 << 14, 64);
    save_node(&b, folder);
    build_start(&b, 1 << 14, 512);
    size_t accounts = build_block(&b, LEDGER_ACCOUNTS, 128, 3);
    build_account(&b, accounts, 1000, "", false, 0);
    build_account(&b, accounts, 500, "forward", true, 0);
    build_account(&b, accounts, 500, "forward", true, 7);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 5);
    build_nested(build_tally(&b, tallies, "", "dgemm", 2, 1234, 2), 7);
    build_timed(build_tally(&b, tallies, "forward", "dgesdd", 1, 100, 1), UINT64_MAX, 0);
    build_tally(&b, tallies, "forward.attn", "dgemm", 1, UINT64_MAX, 4)->accuracy = COST_ESTIMATE;
    build_nested(build_tally(&b, tallies, "", "drot", 0, 0, 3), 3);
    build_tally(&b, tallies, "old", "work", 1, 5, 5)->accuracy = LEDGER_FORGOTTEN;
    struct ledger_provider *provider = build_record(&b, build_block(&b, LEDGER_PROVIDERS, 64, 1));
    provider->path = build_string(&b, "/lib/libblas.so.3");
    provider->name = provider->version = build_string(&b, "caf\xe9\n\x1b");
    struct ledger_process *root = build_process(&b);
    root->refused_calls = 3;
    root->refused_name = build_string(&b, "zgesv");
    root->uncovered = build_string(&b, "/opt/app x has a BLAS inside\nstarted /bin/y");
    save(&b, folder, "full");
    build_start(&b, 1 << 15, 1024);
    build_header(&b)->scope = LEDGER_SCOPE_TREE;
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 2), "", "dgemm", 2, 1234, 2);
    build_add_process(&b, 4242, "second image");
    struct ledger_tally *tally = build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 2), "y", "dtrsm", 9, 900, 3);
    size_t shapes = build_block(&b, LEDGER_SHAPES, 128, 3);
    build_header(&b)->detail = LEDGER_DETAIL_SHAPES;
    build_dims(build_shape(&b, shapes, tally, "m n|side", 4, 500), 7, 8, 0, 0)->values[2] = 'L';
    build_dims(build_shape(&b, shapes, tally, "", 1, UINT64_MAX), 0, 0, 5, 6);
    build_dims(build_shape(&b, shapes, tally, "m|diag", 2, 100), -3, 0, 1, 90);
    size_t callers = build_block(&b, LEDGER_CALLERS, 128, 3);
    build_header(&b)->detail = LEDGER_DETAIL_SHAPES | LEDGER_DETAIL_CALLERS | LEDGER_DETAIL_CALLS;
    build_dims(build_shape(&b, callers, tally, "", 4, 500), build_string(&b, "/opt/app"), build_string(&b, "00ff"), 0, 0)
        ->values[2] = 4660;
    build_dims(build_shape(&b, callers, tally, "", 1, 7), 0, 0, 5, 6)->values[3] = build_string(&b, "a.py");
    size_t calls = build_block(&b, LEDGER_CALLS, 128, 4);
    build_call(&b, calls, tally, 1, 1000, 50)->before = 1;
    build_call(&b, calls, tally, 2, 2000, 0);
    build_call(&b, calls, tally, 3, 2500, UINT64_MAX);
    build_add_process(&b, 7, "child")->end_monotonic_ns = 0;
    build_tally(&b, build_block(&b, LEDGER_TALLIES, 64, 2), "x", "dgemm", 1, 6, 2);
    save(&b, folder, "tree");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    if (getenv("FUZZ_SEEDS"))
        make_seeds(getenv("FUZZ_SEEDS"));
    return 0;
}

static bool has_odd_caller(const struct summary_caller *caller)
{
    const char *const texts[] = {caller->object, caller->build, caller->file, caller->function};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (const char *c = texts[i]; *c; c++)
            if (*c & 0x80)
                return true;
    return false;
}

/* Two names that differ only in bytes that are no UTF-8 may be one key of the JSON. */
static bool has_odd_name(const struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++)
        for (const char *c = s->operations[i].name; *c; c++)
            if (*c & 0x80)
                return true;
    for (size_t i = 0; i < s->namespace_count; i++)
        for (const char *c = s->namespaces[i].name; *c; c++)
            if (*c & 0x80)
                return true;
    for (size_t i = 0; i < s->operation_count; i++)
        for (size_t j = 0; j < s->operations[i].callers.count; j++)
            if (has_odd_caller(s->operations[i].callers.rows[j].caller))
                return true;
    return false;
}

/* A ledger may name two values of a shape the same. */
static bool has_a_name_twice(const struct summary_shape *shape)
{
    for (const char *a = shape->text; *a; a += strcspn(a, " "), a += *a != 0)
        for (const char *b = a + strcspn(a, " "); *b++; b += strcspn(b, " "))
            if (strcspn(a, "=") == strcspn(b, "=") && !strncmp(a, b, strcspn(a, "=")))
                return true;
    return false;
}

static bool is_odd(const struct summary_operation *operation)
{
    for (size_t i = 0; i < operation->shapes.count; i++)
        if (has_a_name_twice(&operation->shapes.rows[i]))
            return true;
    return false;
}

static bool is_consistent(const struct summary *s)
{
    bool only_nested = false;
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *o = &s->operations[i];
        /* Counted while it was read, or forged: flops before their call. */
        if (!o->calls && (o->flop_cost || o->elapsed_ns || o->timed_flops || o->accuracy))
            return false;
        /* The text lists equals in order of first use; the JSON has those that were only nested last. */
        if (only_nested && o->calls)
            return false;
        if (is_odd(o))
            return false;
        only_nested |= !o->calls;
    }
    for (size_t i = 0; i < s->namespace_count; i++)
        for (size_t j = 0; j < s->namespaces[i].operation_count; j++) {
            const struct summary_operation *o = &s->namespaces[i].operations[j];
            if (!o->calls && o->flop_cost)
                return false;
        }
    return true;
}

/* Valid JSON, in which what begins also ends. */
static void check_trace(const struct summary *summary)
{
    struct out trace = {0}, table = {0};
    json_error_t error;
    json_t *event;
    size_t index;
    long open = 0;
    trace_json(summary, &trace);
    calls_csv(summary, &table);
    json_t *root = json_loadb(trace.data, trace.length, JSON_DECODE_INT_AS_REAL, &error);
    REQUIRE(root, "%s: %.*s", error.text, (int)trace.length, trace.data);
    json_array_foreach(json_object_get(root, "traceEvents"), index, event)
    {
        char phase = *json_string_value(json_object_get(event, "ph"));
        open += (phase == 'B') - (phase == 'E');
        REQUIRE(open >= 0, "an end without a beginning");
    }
    REQUIRE(!open, "%ld slices without an end", open);
    json_decref(root);
    out_free(&trace);
    out_free(&table);
}

static void check_summary(const struct ledger_view *view, const char *namespace_)
{
    struct summary summary;
    struct out json = {0}, others = {0};
    REQUIRE(summary_from_ledger(view, namespace_, &summary) == 0, "out of memory");
    fuzz_write(&summary, &json, &others);
    json_error_t error;
    json_t *root = json_loadb(json.data, json.length, JSON_DECODE_INT_AS_REAL, &error);
    REQUIRE(root, "%s: %.*s", error.text, (int)json.length, json.data);
    json_decref(root);
    check_trace(&summary);
    if (!has_odd_name(&summary) && is_consistent(&summary))
        fuzz_check_summary(&summary);
    if (!namespace_ && summary.namespace_count)
        check_summary(view, summary.namespaces[summary.namespace_count / 2].name);
    out_free(&json);
    out_free(&others);
    summary_free(&summary);
}

static void check_file(const uint8_t *data, size_t size, bool accepted)
{
    char path[64];
    const char *why;
    struct ledger_view view;
    int fd = memfd_create("ledger", 0);
    REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memfd");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool loaded = ledger_load(path, &view, &why) == 0;
    REQUIRE(loaded == accepted && (loaded || (why && *why)), "a file and its bytes are judged differently");
    if (loaded)
        munmap((void *)(uintptr_t)view.header, size);
    for (uint32_t part = 0; part < 3; part++)
        if (ledger_load_part(fd, part, &view, &why) == 0)
            ledger_unload(&view);
    close(fd);
}

static void prove(struct ledger_block *block)
{
    struct ledger_tally *tally = (struct ledger_tally *)(block + 1);
    for (uint32_t i = 0; i < block->count; i++, tally++)
        tally->check = tally->flops + tally->elapsed_ns + tally->timed_flops + (tally->check >> 40) * LEDGER_CALL_UNIT;
}

static void prove_shapes(struct ledger_block *block)
{
    struct ledger_shape *shape = (struct ledger_shape *)(block + 1);
    for (uint32_t i = 0; i < block->count; i++, shape++) {
        shape->check = shape->flops + (shape->check >> 40) * LEDGER_CALL_UNIT;
        shape->tally_again = ~shape->tally;
        shape->seal = shape->seal ? ledger_seal_shape(shape) : 0;
    }
}

static void prove_calls(struct ledger_block *block)
{
    struct ledger_call *call = (struct ledger_call *)(block + 1);
    for (uint32_t i = 0; i < block->count; i++, call++) {
        call->elapsed_again = call->elapsed_again ? ~call->elapsed_ns : 0;
        call->seal = call->seal ? ledger_seal_call(call) : 0;
    }
}

/* Everything sealed anew, as far as blocks make sense: mutation would seldom get past the seals. */
static void repair(char *bytes, size_t size)
{
    struct ledger_header *header = (struct ledger_header *)bytes;
    size_t at = LEDGER_PAGE;
    if (size < LEDGER_PAGE)
        return;
    memcpy(header->magic, LEDGER_MAGIC, sizeof header->magic);
    header->format = LEDGER_FORMAT;
    header->scope %= 2;
    header->convention %= 2;
    header->detail %= 8;
    header->boot_id[39] = header->version[23] = header->cost_model[31] = header->host[71] = header->folder[511] = 0;
    header->seal = ledger_seal_header(header);
    while (at + sizeof(struct ledger_block) <= size) {
        struct ledger_block *block = (struct ledger_block *)(bytes + at);
        size_t record = record_size(block->kind), room = size - at - sizeof *block;
        if (!record || block->capacity > room / record || block->count > block->capacity)
            break;
        block->record_bytes = (uint32_t)record;
        if (block->kind == LEDGER_TALLIES)
            prove(block);
        if (block->kind == LEDGER_SHAPES || block->kind == LEDGER_CALLERS)
            prove_shapes(block);
        if (block->kind == LEDGER_CALLS)
            prove_calls(block);
        if (block->kind == LEDGER_PROCESSES && block->count) {
            struct ledger_process *process = (struct ledger_process *)(block + 1);
            process->seal = ledger_seal_process(process);
            process->state_seal = ledger_seal_state(process);
        }
        build_seal_block(block);
        at += (sizeof *block + record * block->capacity + 63) / 64 * 64;
    }
    header->size_bytes = at < size ? at : size;
    header->size_again = ~header->size_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger_view view;
    const char *why = NULL;
    for (int repaired = 0; repaired < 2; repaired++) {
        char *bytes = aligned_alloc(64, (size + 64) / 64 * 64);
        memcpy(bytes, data, size);
        if (repaired)
            repair(bytes, size);
        bool accepted = ledger_check(bytes, size, &view, &why) == 0;
        REQUIRE(accepted || (why && *why), "refused without a reason");
        if (accepted)
            check_summary(&view, NULL);
        check_file((const uint8_t *)bytes, size, accepted);
        free(bytes);
    }
    return 0;
}
