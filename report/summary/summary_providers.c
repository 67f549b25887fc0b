/* The providers of a ledger. Each process of a tree names its own: here each path once, as it was first named. */
#include "summary_providers.h"
#include "ledger.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include "order.h"
#include <string.h>

static int by_path(const void *left, const void *right, const void *context)
{
    const struct provider_place *a = left;
    const struct provider_place *b = right;
    (void)context;
    int order = strcmp(a->path, b->path);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

void providers_summarise(const struct ledger_view *view, struct provider_place *places, struct summary_provider *providers,
                         size_t room, struct summary *s)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_PROVIDERS};
    const struct ledger_provider *provider;
    size_t count = 0;
    for (; count < room && (provider = ledger_next_record(&cursor)) != NULL; count++) {
        providers[count] = (struct summary_provider){
            .path = ledger_string(view, provider->path),
            .name = ledger_string(view, provider->name),
            .version = ledger_string(view, provider->version),
            .integer_bits = provider->integer_bits,
        };
        places[count] = (struct provider_place){providers[count].path, count};
    }
    order_sort(places, count, sizeof *places, by_path, NULL);
    for (size_t i = 1; i < count; i++)
        if (strcmp(places[i - 1].path, places[i].path) == 0)
            providers[places[i].index].path = NULL;
    s->providers = providers;
    for (size_t i = 0; i < count; i++)
        if (providers[i].path)
            providers[s->provider_count++] = providers[i];
}
