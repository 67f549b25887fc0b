/* The part of a summary that names the providers. */
#pragma once
#include "summary_model.h"

/* Scratch for one record: a provider's path, and its place among the records. */
struct provider_place {
    const char *path;
    size_t index;
};

/* List each provider of the ledger once. `providers`: the summary's memory for `room` of them. */
void providers_summarise(const struct ledger_view *view, struct provider_place *places, struct summary_provider *providers,
                         size_t room, struct summary *summary);
