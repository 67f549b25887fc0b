/* What was found of providers (noted.h). */
#include "noted.h"
#include "ledger_append.h"
#include "ledger_self.h"
#include "lock.h"
#include "provider.h"
#include "resolve.h"
#include <stdio.h>

/* Before the first call: whoever RTLD_NEXT would reach. */
static const struct provider *first_provider(void)
{
    if (provider_count())
        return provider_at(0);
    void *function = forward_first_at_start();
    return function ? provider_of(function) : NULL;
}

void noted_backend(char *text, size_t size)
{
    const struct provider *p = first_provider();
    if (!p)
        snprintf(text, size, "no BLAS loaded yet");
    else
        snprintf(text, size, "%s%s%s backend", p->name, *p->version ? " " : "", p->version);
}

void noted_record(void)
{
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        if (!p || p->noted_in == ledger_process)
            continue;
        struct ledger_provider r = {0};
        r.path = ledger_intern(p->path);
        r.name = ledger_intern(p->name);
        r.version = ledger_intern(p->version);
        r.integer_bits = p->wide ? 64 : 32;
        if (!ledger_add(LEDGER_PROVIDERS, &r, sizeof r))
            return;
        provider_noted(i, ledger_process);
    }
}

void noted_incomplete(uint32_t bits)
{
    shim_lock();
    if (ledger_process) {
        self_incomplete(bits);
        noted_record();
    }
    shim_unlock();
}
