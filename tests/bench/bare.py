"""The least that a preload can do which counts: for each Fortran name an instruction that adds one to a counter of the thread's,
and a jump. No caller is looked at, nothing is priced, no budget is held: no preload that counts adds less to a loop."""
import pathlib
import re
import subprocess

#: Counters' names never clash: the file has nothing else.
SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
enum {{ COUNT = {count} }};
__thread unsigned long counts[COUNT] __attribute__((tls_model("initial-exec")));
static void *targets[COUNT] __attribute__((used));
static const char *const names[] = {{{names}}};
__asm__(".pushsection .text\\n" {entries} ".popsection\\n");
__attribute__((constructor)) static void start(void)
{{
    for (size_t i = 0; i < COUNT; i++)
        targets[i] = dlsym(RTLD_NEXT, names[i]);
}}
"""
ENTRY = ('".balign 64\\n.globl {name}\\n.type {name}, @function\\n{name}: endbr64\\nmovq counts@gottpoff(%rip), %rax\\n"'
         '"incq %fs:{at}(%rax)\\njmp *targets+{at}(%rip)\\n"')


def build(library, folder):
    """A preload of the Fortran names that a library has. Its providers are to be preloaded behind it."""
    listed = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    names = sorted(set(re.findall(r" T ([sdczi][a-z0-9]+_)$", listed, re.M)))
    entries = "\n".join(ENTRY.format(name=name, at=8 * i) for i, name in enumerate(names))
    source, made = pathlib.Path(folder, "bare.c"), pathlib.Path(folder, "bare.so")
    source.write_text(SOURCE.format(count=len(names), names=",".join(f'"{name}"' for name in names), entries=entries))
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made
