/* Where a thread and its process begin to be counted: at the first counted call or marker. */
#pragma once
#include "thread.h"

/* The calling thread's state, made where it has none. NULL while the shim is disabled or starting. errno is kept. */
struct thread *enter_thread(void);

/* The ledger exists from here on, and the process has its record in it. Under shim_lock. */
void enter_ledger(void);
