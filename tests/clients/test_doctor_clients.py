"""flopshim doctor of other people's packages: what it says before a run is what a summary says after one (test_engines.py)."""
import json
import subprocess

from harness import PLAIN, PROGRAM, expect, python

MLAS = "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so multiplies matrices of its own (MLAS): " \
       "what a model computes is not counted"
TORCH = "torch/lib/libtorch_cpu.so multiplies matrices of its own (oneDNN): convolutions and bfloat16 products are not counted, " \
        "unless flopshim.torch counts them"
LIGHTGBM = "lightgbm/lib/lib_lightgbm.so builds trees in loops of its own (LightGBM): they are not counted"
BLIS = "blis/cy.cpython-311-x86_64-linux-gnu.so multiplies matrices of its own (BLIS): products by functions named bli_* are not " \
       "counted"


def doctor(environment, code):
    done = subprocess.run([PROGRAM, "doctor", "-f", "json", "--", python(environment), "-c", code], env=PLAIN, capture_output=True,
                          text=True, timeout=120, check=False)
    expect(f"{code}: stderr", done.stderr, "")
    findings = json.loads(done.stdout)["programs"][0]["findings"]
    missed = [f["what"].split("/site-packages/")[-1] for f in findings if f["level"] in ("missed", "broken")]
    expect(f"{code}: status", done.returncode, 1 if missed else 0)
    return missed, [f["what"] for f in findings if f["level"] == "ok"]


def main():
    for environment, code, missed, counted in (
            ("engines", "import numpy", [], "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so calls scipy_cblas_"),
            ("engines", "import numpy, scipy.linalg", [], "scipy.libs/libscipy_openblas"),
            ("engines", "import torch", [TORCH], "torch/lib/libtorch_cpu.so has a BLAS that it exports"),
            ("engines", "import onnxruntime", [MLAS], "numpy/"), ("engines", "import blis.py", [BLIS], "numpy/"),
            ("engines", "import lightgbm as l, numpy", [LIGHTGBM], "scipy/"), ("new", "import sklearn", [], "numpy/"),
            ("new", "import statsmodels.api", [], "scipy/"), ("old", "import scipy.linalg", [], "scipy/"),
            ("debian", "import numpy, scipy.linalg", [], "libblas.so.3")):
        found, said = doctor(environment, code)
        expect(f"{environment}: {code}", found, missed)
        expect(f"{environment}: {code}: {said}", any(counted in line for line in said), True)


main()
