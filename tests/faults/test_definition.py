"""A call reaches the definition that the loader would have bound it to: a library's IFUNC before a later library's plain function,
a library that has hardly anything of BLAS before a whole one, and of two versions the one that the program's reference names."""
from harness import BUILD, expect, same_with_and_without

for program, answers in ("chosen", "1 2\n"), ("part", "2 1\n"), ("newer", "2 2\n"), ("older", "1 2\n"):
    run = same_with_and_without([BUILD / f"definition_by_{program}"])
    expect(f"{program}: ddot and dasum", run.stdout, answers)
    expect(f"{program}: calls", {name: calls for name, (calls, _) in run.costs().items()}, {"dasum": 1, "ddot": 1})
