"""The example programs with markers, in C and in Fortran, with the preload and without it."""
from harness import BUILD, Run, expect

# dgemv 256x256 is 2*256*256 = 131,072. forward: two of them and 1,000; attn has the second.
FORWARD = "forward: 263144 FLOPs in 3 calls, 9736856 remain\n"
C_COUNTED = FORWARD + """refused: dgemv of 131072 FLOPs in tight, 68928 remain
tight: 131072 FLOPs in 1 calls, 68928 remain
y = -1, 1 refused
"""
C_PLAIN = """forward: libflopshim.so is not preloaded
tight: libflopshim.so is not preloaded
y = 256, 0 refused
"""


def main():
    for program, counted, plain in (
            ("markers_c", C_COUNTED, C_PLAIN),
            ("markers_f", FORWARD + "a call costs 131072 FLOPs\ny = 256.0\n",
             "forward: libflopshim.so is not preloaded\ny = 256.0\n")):
        run = Run([BUILD / program])
        expect(f"{program} counted", run.stdout, counted)
        expect(f"{program} plain", Run([BUILD / program], preload=False).stdout, plain)
        expect(f"{program} disabled", Run([BUILD / program], {"FLOP_DISABLE": "1"}).stdout, plain)
        spaces = run.summary["by_namespace"]
        expect(f"{program}: forward", spaces["forward"]["self"]["flops_used"], 132072)
        expect(f"{program}: forward and attn", [spaces["forward"]["total"][key] for key in ("flops_used", "flops_remaining")],
               [263144, 9736856])
        expect(f"{program}: the sum of self", sum(space["self"]["flops_used"] for space in spaces.values()),
               run.summary["flops_used"])
        expect(f"{program}: attn", spaces["forward.attn"]["self"]["flops_used"], 131072)


main()
