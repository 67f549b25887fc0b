"""A fuzz target: every input of its corpus again, then new ones for a moment. `test_fuzz.py TARGET SECONDS` fuzzes for longer.

Inputs that broke something once stay in tests/fuzz/corpus/TARGET/. New ones go to the build folder."""
import pathlib
import subprocess
import sys

from harness import BUILD, PLAIN, expect, skip

MOMENT = 3
LARGEST = {"ledger": 1 << 15}  # its header alone has 8 KiB
HERE = pathlib.Path(__file__).resolve().parent


def main():
    target, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else MOMENT
    program, corpus, dictionary = BUILD / f"fuzz_{target}", HERE / "corpus" / target, HERE / "corpus" / f"{target}.dict"
    if not program.exists():
        skip("clang-14 was missing when this was built: run scripts/bootstrap.sh, configure and build again")
    found = BUILD / "fuzz-found" / target
    found.mkdir(parents=True, exist_ok=True)
    env = {k: v for k, v in PLAIN.items() if not k.startswith("FLOP_")} | {"FUZZ_SEEDS": str(found)}
    common = [program, "-timeout=60", f"-artifact_prefix={found}/"]

    def run(what, *arguments):
        done = subprocess.run([*common, *arguments], env=env, capture_output=True, text=True, errors="replace", check=False)
        expect(f"{target}, {what}: {done.stderr[-4000:]}", done.returncode, 0)
        return done.stderr

    inputs = sorted(p for p in corpus.iterdir() if not p.name.startswith(".")) if corpus.exists() else []
    # The ledger's are made by the target itself, so that they have today's format
    expect(f"{target}: a corpus", bool(inputs) or target == "ledger", True)
    replayed = run("the corpus again", *inputs) if inputs else ""
    expect(f"{target}: all of the corpus was run", replayed.count("Executed "), len(inputs))
    options = [f"-max_total_time={seconds}", f"-max_len={LARGEST.get(target, 4096)}"]
    options += [f"-dict={dictionary}"] if dictionary.exists() else []
    log = run("new inputs", *options, found, *([corpus] if inputs else []))
    executions = int(log.rpartition("Done ")[2].split()[0])
    coverage = [line for line in log.splitlines() if " cov: " in line][-1].split(" cov: ")[1].split()[0]
    print(f"{target}: {len(inputs)} inputs again, {executions} new, {coverage} edges")
    # A target that its inputs do not get into says nothing
    expect(f"{target}: executions and edges", (executions > 50, int(coverage) > 100), (True, True))


main()
