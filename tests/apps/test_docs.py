"""What the documents list is what the code has."""
import re

from harness import ROOT, expect


def names(text, pattern):
    return set(re.findall(pattern, text))


def main():
    config = (ROOT / "shim/config_values.c").read_text()
    accepted = names(config, r'\{"(FLOP_[A-Z_]+)"')
    table = {line.split("`")[1] for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `FLOP_")}
    expect("README.md's environment table", sorted(table), sorted(accepted))
    shim = (ROOT / "shim/README.md").read_text()
    files = {p.name for p in (ROOT / "shim").glob("*.c")}
    expect("source files that shim/README.md leaves out", sorted(f for f in files - {"message.c"} if f"`{f}`" not in shim), [])


main()
