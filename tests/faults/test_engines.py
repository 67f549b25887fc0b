"""Engines of their own are named (shim/elf/engine_rows.c): here by libraries that have nothing of them but the name, or a
function's; tests/clients/test_engines.py has the real ones. What is loaded and not one of them is not named."""
import pathlib
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, Run, expect, same_with_and_without

PYTHON = "/usr/bin/python3"
REFERENCE = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
LOAD = "import ctypes, sys\nfor file in sys.argv[1:]:\n    ctypes.CDLL(file)"
PRODUCTS = "is loaded and multiplies matrices of its own"
BY_NAME = {
    "libtorch_cpu.so": f"{PRODUCTS} (oneDNN): convolutions and bfloat16 products are not counted, "
                       "unless flopshim.torch counts them",
    "libtensorflow_cc.so.2": f"{PRODUCTS} (Eigen, oneDNN): products and convolutions are not counted",
    "libjax_common.so": f"{PRODUCTS} (Eigen, XLA): products and convolutions are not counted, factorisations are",
    "onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so": f"{PRODUCTS} (MLAS): what a model computes is not counted",
    "libonnxruntime.so.1.32.0": f"{PRODUCTS} (MLAS): what a model computes is not counted",
    "libxgboost.so": "is loaded and builds trees in loops of its own (XGBoost): they are not counted",
    "lib_lightgbm.so": "is loaded and builds trees in loops of its own (LightGBM): they are not counted",
}
CUDA, ROCM = "libcuda.so.1", "libhsa-runtime64.so.1"
ON_A_GPU = {"libcublas.so.13": ("cuBLAS", CUDA), "libcublasLt.so.12": ("cuBLAS", CUDA), "libcusolver.so.12": ("cuSOLVER", CUDA),
            "librocblas.so.4": ("rocBLAS", ROCM), "librocsolver.so.0": ("rocSOLVER", ROCM), "libhipblas.so.2": ("hipBLAS", ROCM),
            "libhipblaslt.so.0": ("hipBLAS", ROCM)}
# Engines that others call by functions of theirs: file, function, what is said
CALLED = {
    "libblis.so.4": ("bli_dgemm", "multiplies matrices of its own (BLIS): products by functions named bli_* are not counted"),
    "libgsl.so.27": ("gsl_eigen_symm", "computes eigenvalues and Fourier transforms in loops of its own (GSL): "
                                       "they are not counted; what it calls cblas for is"),
}


def library(folder, name, code="", *options):
    path = pathlib.Path(folder, name)
    subprocess.run(["cc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", path, "-x", "c", "-", "-x", "none", *map(str, options)],
                   input=code, text=True, check=True)
    return path


def loaded(*files, budget="100"):
    """What a process that has loaded these, and counted nothing, says under a budget; "" without a summary."""
    run = Run([PYTHON, "-c", LOAD, *files], {"FLOP_BUDGET": budget})
    expect("status", (run.returncode, run.stderr), (0, ""))
    return run.summaries and run.summary["uncovered"]


def names():
    with tempfile.TemporaryDirectory() as folder:
        for name, said in BY_NAME.items():
            path = library(folder, name)
            expect(name, loaded(path), [f"{path} {said}"])
        for name in ("libxgboost_other", "mylibxgboost.so", "libtorch_cpu.txt", "libgsl.so.27", "libfftw3.so.3", "libdnnl.so.2"):
            expect(f"no engine, or not called: {name}", loaded(library(folder, name)), [])
        pathlib.Path(folder, "libxgboost.so.d").mkdir()
        expect("a folder's name", loaded(library(f"{folder}/libxgboost.so.d", "libx.so")), [])
        # By a function, whatever the file; and Debian's PyTorch, whose engine is a library of its own
        path = library(folder, "cy.cpython-311-x86_64-linux-gnu.so", "void bli_gemm(void) {}")
        expect("BLIS inside", loaded(path), [f"{path} {PRODUCTS} (BLIS): products by functions named bli_* are not counted"])
        dnnl = library(folder, "libdnnl.so.2", "void dnnl_primitive_execute(void) {}")
        path = library(folder, "libtorch_cpu.so.1.13", "", "-Wl,--no-as-needed", dnnl, f"-Wl,-rpath,{folder}")
        expect("PyTorch, oneDNN elsewhere", loaded(path), [])
        # One line for each kind
        two = [library(folder, name) for name in ("libxgboost.so", "libxgboost2.so")]
        expect("two files", loaded(*two), [f"{two[0]} {BY_NAME['libxgboost.so']}"])


def gpu():
    with tempfile.TemporaryDirectory() as folder:
        drivers = {name: library(folder, name) for name in (CUDA, ROCM)}
        for name, (short, driver) in ON_A_GPU.items():
            path = library(folder, name)
            expect(f"{name}: without a driver", loaded(path), [])
            expect(f"{name}: another driver", loaded(path, drivers[ROCM if driver == CUDA else CUDA]), [])
            for files in ((path, drivers[driver]), (drivers[driver], path)):
                expect(name, loaded(*files), [f"{path} is loaded and computes on a GPU ({short}): that is not counted"])
        nvblas = library(folder, "libnvblas.so.13", "void dgemm_(void) {}")
        expect("behind the shim", loaded(nvblas, drivers[CUDA]), [])
        run = Run([PYTHON, "-c", LOAD, drivers[CUDA]], {"LD_PRELOAD": f"{nvblas} {LIBRARY}", "FLOP_BUDGET": "100"})
        expect("before the shim", run.summary["uncovered"],
               [f"{nvblas} is loaded and computes on a GPU (NVBLAS): calls that reach it first are not counted; preload it after "
                "libflopshim.so"])


def program(folder, engine, function, *options):
    """Calls the function where it is given an argument."""
    path = pathlib.Path(folder, "caller")
    code = f"#include <unistd.h>\nvoid {function}(void);\nint main(int c, char **v)\n{{ (void)v; if (c > 1) {function}(); " \
           "if (c > 2) sleep(0); return 0; }\n"
    subprocess.run(["cc", "-o", path, "-x", "c", "-", "-x", "none", str(engine), f"-Wl,-rpath,{folder}", *options],
                   input=code, text=True, check=True)
    return path


def called():
    for name, (function, said) in CALLED.items():
        with tempfile.TemporaryDirectory() as folder:
            engine = library(folder, name, f"void {function}(void) {{}}\nvoid version(void) {{}}")
            for options, arguments, expected in (
                    (("-Wl,-z,lazy",), (), []), (("-Wl,-z,lazy",), ("x",), ["was called"]),
                    # All pointers are filled in at the start, or by the last call: it may have been called
                    (("-Wl,-z,now",), (), ["is loaded"]), (("-Wl,-z,lazy",), ("x", "x"), ["is loaded"]),
                    (("-fno-plt", "-Wl,-z,lazy"), (), ["is loaded"])):
                run = Run([program(folder, engine, function, *options), *arguments], {"FLOP_BUDGET": "100"})
                expect(f"{name} {options} {arguments}: {run.stderr}", run.summaries and run.summary["uncovered"],
                       [f"{engine} {how} and {said}" for how in expected])


def stderr_of(command, scope="process", quiet="0", budget="1e6", output="none"):
    env = {"FLOP_QUIET": quiet, "FLOP_OUTPUT": output, "FLOP_SCOPE": scope} | ({"FLOP_BUDGET": budget} if budget else {})
    return [line for line in Run(command, env | REFERENCE).stderr.splitlines() if "not cover" in line]


def said():
    """Under a budget, one line on stderr, once a process or a tree; never without a budget, nor when quiet."""
    with tempfile.TemporaryDirectory() as folder:
        files = [library(folder, name) for name in ("libxgboost.so", "lib_lightgbm.so")]
        line = f"flopshim: the budget does not cover everything: {files[0]} {BY_NAME['libxgboost.so']}; and more"
        one = [PYTHON, "-c", LOAD, *files]
        for output in ("none", "summary.txt"):
            expect(f"a budget, {output}", stderr_of(one, output=output), [line])
        expect("quiet", stderr_of(one, quiet="1"), [])
        expect("no budget", stderr_of(one, budget=None), [])
        expect("one engine", stderr_of(one[:-1]), [line.removesuffix("; and more")])
        code = "import subprocess, sys\nfor _ in range(3):\n    subprocess.run([sys.executable, '-c', *sys.argv[1:]], check=True)"
        three = [PYTHON, "-c", code, LOAD, *files]
        expect("three processes", stderr_of(three), [line] * 3)
        expect("a tree of them", stderr_of(three, scope="tree"), [line])
        forked = LOAD + "\nimport os\nif not os.fork():\n    os._exit(0)\nos.wait()"
        expect("forks", stderr_of([PYTHON, "-c", forked, *files], scope="tree"), [line])
        context = "import flopshim\nwith flopshim.BudgetContext(1000, quiet=True): pass"
        env = {"PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[2] / "shim/bindings/python"), "FLOP_QUIET": "0"}
        run = Run([PYTHON, "-c", f"{LOAD}\n{context}", *files], env)
        expect("a context's budget", run.stderr.splitlines()[-1:], [line])
        expect("text", formats(folder, one), f"\n  Not covered:\n    {files[0]} {BY_NAME['libxgboost.so']}\n"
                                             f"    {files[1]} {BY_NAME['lib_lightgbm.so']}\n")


def formats(folder, command):
    """The last section of the text."""
    Run(command, {"FLOP_BUDGET": "100", "FLOP_OUTPUT": f"{folder}/s.txt"})
    text = pathlib.Path(folder, "s.txt").read_text()
    return text[text.index("\n  Not covered"):]


def nothing():
    """What is no engine: a program with a BLAS, and one that says nothing without the preload either."""
    run = same_with_and_without([BUILD / "uncovered", "local", BUILD / "plugin.so"], REFERENCE)
    expect("a plugin", run.summary["uncovered"], [])
    done = subprocess.run([PROGRAM, "run", "--budget", "1M", "--output", "none", "--", "/bin/true"], env=PLAIN, capture_output=True,
                          text=True, check=False)
    expect("nothing to say", (done.returncode, done.stderr), (0, ""))


globals()[sys.argv[1]]()
