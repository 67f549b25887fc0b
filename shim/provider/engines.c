/* Looks for engines (engines.h). By the names of the loaded files first: in most processes none matches, and nothing more is
 * read. What others call of an engine stands in the loader's tables, in memory; no file is opened. */
#include "engines.h"
#include "engine_rows.h"
#include "objects.h"
#include "path.h"
#include "provider.h"
#include "resolve.h"

enum use { UNUSED, PERHAPS, CALLED };

struct search {
    struct uncovered *list;
    uint32_t found; /* a bit for each of engines[] */
    const struct engine *engine;
    struct object object; /* that may be one */
    const char *base;     /* the name of its file */
    uintptr_t start, end; /* of it */
    enum use use;
    bool has_driver;
};

static bool matches_pattern(const char *name, void *pattern)
{
    return engine_matches(name, pattern);
}

/* ---- was it called? ---- */

struct caller {
    const struct search *search;
    uintptr_t start, end;
    bool is_lazy; /* some of its calls are to be filled in yet, so that what is filled in was called */
    bool leads_there;
};

static void check_pointer(const char *name, uintptr_t value, void *data)
{
    struct caller *c = data;
    const struct engine *e = c->search->engine;
    if (value - c->start < c->end - c->start)
        c->is_lazy = true;
    if (value - c->search->start >= c->search->end - c->search->start)
        return;
    for (size_t i = 0; i < sizeof e->calls / sizeof *e->calls && e->calls[i]; i++)
        c->leads_there |= engine_matches(name, e->calls[i]);
}

static enum use use_by(const struct object *object, struct caller *c)
{
    object_each_call(object, check_pointer, c);
    if (c->leads_there)
        return c->is_lazy ? CALLED : PERHAPS;
    object_each_pointer(object, NULL, check_pointer, c);
    return c->leads_there ? PERHAPS : UNUSED;
}

static int look_at_caller(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *s = data;
    struct caller c = {.search = s};
    struct object object;
    const char *path;
    (void)size;
    if (!object_read(info, &object) || object.dynamic == s->object.dynamic || forward_in_shim(object.dynamic) ||
        !object_at((uintptr_t)object.dynamic, &c.start, &c.end, &path))
        return 0;
    enum use use = use_by(&object, &c);
    s->use = use > s->use ? use : s->use;
    return s->use == CALLED;
}

/* ---- is it one? ---- */

static int look_at_driver(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *s = data;
    (void)size;
    s->has_driver = engine_matches(path_base(info->dlpi_name), s->engine->driver);
    return s->has_driver;
}

static bool is_engine(struct search *s)
{
    const struct engine *e = s->engine;
    const struct object *o = &s->object;
    const char *path;
    if (e->file ? !engine_matches(s->base, e->file) : !object_defines(o, e->exports))
        return false;
    if (forward_in_shim(o->dynamic) || (!*e->calls && provider_is_pure(o->path)) ||
        (e->before_shim && !forward_is_before_shim((uintptr_t)o->dynamic)) ||
        (e->without && object_needs_any(o, matches_pattern, (void *)(uintptr_t)e->without)))
        return false;
    if (e->driver)
        objects_each(look_at_driver, s);
    return (!e->driver || s->has_driver) && object_at((uintptr_t)o->dynamic, &s->start, &s->end, &path);
}

static void look_for(struct search *s, const struct engine *engine)
{
    s->engine = engine;
    if (!is_engine(s))
        return;
    s->use = *engine->calls ? UNUSED : PERHAPS;
    if (s->use == UNUSED)
        objects_each(look_at_caller, s);
    if (s->use == UNUSED)
        return;
    const char *path = *s->object.path ? s->object.path : "the program",
               *how = s->use == CALLED ? " was called and " : " is loaded and ";
    uncovered_add(s->list, path, how, engine->does, ": ", engine->lacks, NULL);
    s->found |= 1U << (engine - engines);
}

/* Of two files with one engine, the first is named. */
static int look_at(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *s = data;
    (void)size;
    s->base = path_base(info->dlpi_name);
    if (object_read(info, &s->object))
        for (size_t i = 0; i < engine_count; i++)
            if (!(s->found >> i & 1))
                look_for(s, &engines[i]);
    return 0;
}

void engines_look(struct uncovered *list)
{
    objects_each(look_at, &(struct search){.list = list});
}
