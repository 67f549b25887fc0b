/* Guards bindings and the list of providers where they are changed; readers need it not. Held for a few stores, never across
 * the loader, a provider or user code: an unload takes it with the loader's lock held. Signals are held back meanwhile,
 * because a handler's first call binds as well. A fork child takes it from a thread that it does not have. */
#pragma once

void binding_lock(void);
void binding_unlock(void);
