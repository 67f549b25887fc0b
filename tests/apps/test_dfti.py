"""MKL's DFT interface: descriptors are remembered when they are made, or asked. On a library that does nothing (fake_dfti.c), and
on MKL and PyTorch where an environment of .venv has them."""
from harness import BUILD, LIBRARY, ROOT, Run, expect, same_with_and_without

SEEN = 2 * 51200 + 3 * 51200 + 2 * 11520 + 960  # by 5 n log2 n, and half of that for 16 x 32 and 64 real numbers
UNSEEN = 3 * 11520
TORCH = """
import torch
x = torch.randn(8, 1024, dtype=torch.complex64)
y = torch.fft.ifft(torch.fft.fft(x))
torch.fft.rfft2(torch.randn(4, 16, 32, dtype=torch.float64))
print((x - y).abs().max() < 1e-3)
"""


def main():
    run = same_with_and_without([BUILD / "dfti"])
    expect("status, and a double that was passed on", run.stdout, "0 0.25\n")
    expect("counts", run.costs(), {"mkl_dft": (7, SEEN + UNSEEN)})
    expect("uncovered", run.summary["uncovered"], [])
    run = Run([BUILD / "dfti"], {"FLOP_BUDGET": "60000"})
    message = "flopshim: mkl_dft would cost 51,200 FLOPs but only 8,800 remain"
    expect(f"refused: {run.stderr}", (run.returncode, message in run.stderr), (86, True))
    for mkl in sorted(ROOT.glob(".venv/*/lib/libmkl_rt.so.?"))[:1]:
        env = {"LD_PRELOAD": f"{LIBRARY} {mkl}", "LD_LIBRARY_PATH": str(mkl.parent), "MKL_THREADING_LAYER": "SEQUENTIAL"}
        run = Run([BUILD / "dfti", "mkl"], env)
        expect("MKL", (run.returncode, run.costs()), (0, {"mkl_dft": (6, SEEN)}))
    for torch in sorted(ROOT.glob(".venv/*/lib/python*/site-packages/torch/lib/libtorch_cpu.so"))[:1]:
        run = same_with_and_without([torch.parents[5] / "bin/python", "-c", TORCH])
        expect("PyTorch", run.costs()["mkl_dft"], (3, 2 * 8 * 51200 + 4 * 11520))


main()
