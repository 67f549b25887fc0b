"""Counts what no library of Debian has, built from LAPACK's source: the table tests/oracle/counted-source.tsv. See README.md.

    source.py LAPACK [--sizes N,...] [--only FAMILY,...] [--seed N]

LAPACK: a folder with the reference's source, new enough for gecxx (its SRC beneath)."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import oracle

HERE = pathlib.Path(__file__).resolve().parent
FAMILIES = ("gesvxx gerfsx gbsvxx gbrfsx posvxx porfsx sysvxx syrfsx geqp3rk gecxx gelqs geqrs gedmd gedmdq lascl2 larscl2 larf1f "
            "larf1l").split()
REAL = FAMILIES
COMPLEX = [*FAMILIES, "hesvxx", "herfsx", "rscl"]
BESIDE = {"gesvxx": "la_gerpvgrw lascl2", "gerfsx": "la_gerfsx_extended la_geamv la_lin_berr la_wwaddw", "gbsvxx": "la_gbrpvgrw",
          "gbrfsx": "la_gbrfsx_extended la_gbamv", "posvxx": "la_porpvgrw", "porfsx": "la_porfsx_extended",
          "sysvxx": "la_syrpvgrw", "syrfsx": "la_syrfsx_extended la_syamv", "hesvxx": "la_herpvgrw",
          "herfsx": "la_herfsx_extended la_heamv", "geqp3rk": "laqp2rk laqp3rk larf1f"}
CONDITIONS = {"gerfsx": "la_gercond", "gbrfsx": "la_gbrcond", "porfsx": "la_porcond", "syrfsx": "la_syrcond",
              "herfsx": "la_hercond"}
COMMON = ("chla_transtype", "ilaprec", "ilatrans")


def names():
    """Of the routines to compile."""
    found = set(COMMON)
    for prefix, families in (("d", REAL), ("z", COMPLEX)):
        for family in families:
            found |= {prefix + name for name in [family, *BESIDE.get(family, "").split()]}
            if family in CONDITIONS:
                found |= {prefix + CONDITIONS[family] + end for end in (("",) if prefix == "d" else ("_c", "_x"))}
    return sorted(found)


def built(lapack, folder):
    """A library whose file name makes it count."""
    library = pathlib.Path(folder) / "liblapack-source.so"
    files = [next(p for p in lapack.rglob(f"{name}.f*") if p.suffix in (".f", ".f90")) for name in names()]
    subprocess.run(["gcc", "-O1", "-fPIC", "-c", HERE / "extra.c", "-o", f"{folder}/extra.o"], check=True)
    where = [f"{oracle.LIBS}/lapack/liblapack.so.3", f"{oracle.LIBS}/blas/libblas.so.3"]
    subprocess.run(["gfortran", "-O2", "-fPIC", "-shared", "-std=legacy", "-w", "-J", folder, *files, f"{folder}/extra.o", *where,
                    "-Wl,--no-undefined", "-o", library], check=True)
    return str(library)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lapack", type=pathlib.Path)
    parser.add_argument("--sizes", default="32,64,96")
    parser.add_argument("--only", help="families, with commas between")
    parser.add_argument("--seed", type=int, default=oracle.SEED)
    options = parser.parse_args()
    sizes, cases = [int(n) for n in options.sizes.split(",")], oracle.read_cases()
    only = options.only.split(",") if options.only else COMPLEX
    wanted = {"d" + f for f in REAL if f in only} | {"z" + f for f in COMPLEX if f in only}
    calls = [call for r in oracle.routines() if r.name in wanted
             for call in oracle.calls_of(r, cases.get(r.row.family, [{}]), sizes, options.seed)]
    with tempfile.TemporaryDirectory() as folder:
        oracle.write_rows(oracle.counted(calls, 1, [*oracle.REFERENCE, built(options.lapack / "SRC", folder)]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
