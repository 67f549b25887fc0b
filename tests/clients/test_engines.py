"""Real engines of their own: what they compute is not counted, and the summary names them; what others of the same environment do
through a BLAS is counted, and names nobody."""
import tempfile

from harness import expect, python, Run, same_with_and_without

ONE = {"OMP_NUM_THREADS": "1"}
PRODUCTS = "is loaded and multiplies matrices of its own"
# Module, a program that uses it, the file and what is said of it
MODULES = {
    "blis": ("from blis.py import gemm; print(gemm(a, a)[0, 0])", "blis/cy.cpython-311-x86_64-linux-gnu.so",
             f"{PRODUCTS} (BLIS): products by functions named bli_* are not counted"),
    "lightgbm": ("print(lightgbm.Dataset(a, a[0]).construct().num_data())", "lightgbm/lib/lib_lightgbm.so",
                 "is loaded and builds trees in loops of its own (LightGBM): they are not counted"),
    "onnxruntime": ("print(onnxruntime.get_available_providers()[-1])",
                    "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so",
                    f"{PRODUCTS} (MLAS): what a model computes is not counted"),
    "torch": ("b = torch.ones(64, 64, dtype=torch.bfloat16); print((b @ b).sum())",
              "torch/lib/libtorch_cpu.so", f"{PRODUCTS} (oneDNN): convolutions and bfloat16 products are not counted, "
                                           "unless flopshim.torch counts them"),
}


def modules():
    """cuBLAS is loaded beside PyTorch, and not named without a driver."""
    products = "import numpy; a = numpy.ones((8, 8)); (a @ numpy.ones((8, 3)))"
    plain = Run([python("engines"), "-c", f"{products}; import scipy.linalg, scipy.fft; scipy.fft.fft(a)"], ONE)
    expect("NumPy and SciPy", (plain.returncode, plain.summary["uncovered"]), (0, []))
    with tempfile.TemporaryDirectory() as folder:  # onnxruntime leaves a file there
        for module, (code, file, said) in MODULES.items():
            command = [python("engines"), "-c", f"{products}; import {module}; {code}"]
            run = same_with_and_without(command, ONE | {"TMPDIR": folder})
            expect(f"{module}: {run.stderr}", run.returncode, 0)
            expect(module, [line.split("/site-packages/")[1] for line in run.summary["uncovered"]], [f"{file} {said}"])
            expect(f"{module}: counted", run.costs(), plain.costs())


modules()
