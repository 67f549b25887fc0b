"""A plugin that is built anew, closed and loaded again answers as its new build does. usage: test_reload.py whole|bare|split"""
import sys

from harness import BUILD, LIBS, Run, expect

ROUNDS = 102
WANTED = "11\n22\n33\n" * (ROUNDS // 3)  # by dlsym, and by the plugin's own symbol


def run(kind, shape, *plugins):
    """Once without the preload, once with it."""
    command = [BUILD / "reload", kind, BUILD / "answer" / shape, ROUNDS, *plugins]
    for preload in (False, True):
        done = Run(command, {"LD_LIBRARY_PATH": f"{LIBS}/openblas-pthread"}, preload=preload)
        what = f"{shape}, {kind}, {plugins} {'with' if preload else 'without'}"
        expect(f"{what}: status, {done.stderr}", done.returncode, 0)
        expect(f"{what}: answers", done.stdout, WANTED)
    counted = done.costs()
    expect(f"{what}: calls", counted["ddot"][0], int(done.stderr))
    expect(f"{what}: copies", counted["dcopy"], (3 * ROUNDS * (plugins or (1,))[0], 0))
    expect(f"{what}: nothing uncovered", done.summary["uncovered"], [])


for way in ("same", "renamed", "loaded"):
    run(way, sys.argv[1])
    # Two that bring the same name of a library along would get one for both, with or without the preload
    for _ in range(6):
        run(way, sys.argv[1], 1 if sys.argv[1] == "split" else 3)
