"""The recipes in scripts/ for the package managers of others: conda's is rendered by rattler-build; Spack's, as Spack is neither
Debian's nor on PyPI, is not run, but names what CMake looks for."""
import ast
import json
import re

from harness import PROGRAM, ROOT, Run, expect

RENDER = """import json, sys; from rattler_build import RenderConfig, Stage0Recipe, VariantConfig
recipe = Stage0Recipe.from_file(sys.argv[1])
[made] = recipe.render(VariantConfig({"c_compiler": ["gcc"], "c_stdlib": ["sysroot"]}), RenderConfig())
print(json.dumps(made.recipe.to_dict()))"""
SPACK = {"jansson": "jansson", "libdw": "elfutils", "ncursesw": "ncurses", "sqlite3": "sqlite"}
CONDA = SPACK | {"sqlite3": "libsqlite"}

run = Run([ROOT / ".venv/metrics/bin/python", "-I", "-c", RENDER, ROOT / "scripts/conda/recipe.yaml"], preload=False)
expect(f"the conda recipe: {run.stderr}", run.returncode, 0)
conda = json.loads(run.stdout)
version = Run([PROGRAM, "--version"], preload=False).stdout.split()[1]
expect("name and version", conda["package"], {"name": "flopshim", "version": version})
expect("a compiler", conda["requirements"]["build"][0], "gcc_linux-64")

tree = ast.parse((ROOT / "scripts/spack/spack_repo/flopshim/packages/flopshim/package.py").read_text())
spack = {re.match(r"\w+", call.args[0].value).group() for call in ast.walk(tree)
         if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "depends_on"}

text = (ROOT / "CMakeLists.txt").read_text()
sought = set(re.findall(r"pkg_check_modules\(\w+ (?:REQUIRED IMPORTED_TARGET )?(\w+)", text))
expect("what CMake looks for", sought, SPACK.keys())
expect("conda has it", {CONDA[name] for name in sought} - set(conda["requirements"]["host"]), set())
expect("Spack has it", {SPACK[name] for name in sought} - spack, set())
[minimum] = re.findall(r"cmake_minimum_required\(VERSION ([0-9.]+)\)", text)
expect("CMake", f"cmake >={minimum}" in conda["requirements"]["build"] and f"cmake@{minimum}:" in ast.unparse(tree), True)
