"""How far merge and report of many files are: a bar on stderr where that is a terminal, gone at the end and before a message, and
not a byte elsewhere. The slow files are pipes that are written to late."""
import os
import pathlib
import pty
import subprocess
import tempfile
import threading
import time

from harness import BUILD, LIBS, PLAIN, PROGRAM, Run, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}


def start_late(pipe, text):
    """The pipe has a writer from here on: what has none ends at once."""
    descriptor = os.open(pipe, os.O_RDWR)

    def write():
        time.sleep(0.8)
        os.write(descriptor, text.encode())
        time.sleep(0.2)
        os.close(descriptor)
    threading.Thread(target=write, daemon=True).start()


def on_terminal(words, pipe, text):
    """What a terminal on stderr got, and the status."""
    master, slave = pty.openpty()
    start_late(pipe, text)
    done = subprocess.run([PROGRAM, *map(str, words)], env=PLAIN, stdout=subprocess.DEVNULL, stderr=slave, timeout=60, check=False)
    os.close(slave)
    got = b""
    try:
        while part := os.read(master, 4096):
            got += part
    except OSError:
        pass
    os.close(master)
    return got.decode(), done.returncode


def main(folder):
    run = Run([BUILD / "dots", "5"], {**BLAS, "FLOP_OUTPUT": f"{folder}/one.json"})
    expect(f"dots: {run.stderr}", run.returncode, 0)
    one, pipe = folder / "one.json", folder / "pipe"
    text = one.read_text()
    other = text.replace('"pid": ', '"pid": 1', 1)
    os.mkfifo(pipe)
    for verb, words in (("report", ["--by", "routine"]), ("report", []), ("merge", [])):
        got, status = on_terminal([verb, *words, pipe, one], pipe, other)
        expect(f"{verb} {words}", (status, got), (0, f"\r\x1b[Kflopshim {verb}: [{'#' * 15}{'.' * 15}] 1 of 2 files\r\r\x1b[K"))
        got, status = on_terminal([verb, *words, pipe, folder / "none"], pipe, other)
        expect(f"{verb}: before the message: {got}", (status, f"\r\x1b[Kflopshim: {folder}/none: No such" in got), (2, True))
        got, status = on_terminal([verb, *words, pipe], pipe, other)
        expect(f"{verb} of one file", (status, got), (0, ""))
        start_late(pipe, other)
        run = Run([PROGRAM, verb, *words, pipe, one], preload=False)
        expect(f"{verb} without a terminal", (run.returncode, run.stderr), (0, ""))


with tempfile.TemporaryDirectory() as name:
    main(pathlib.Path(name))
