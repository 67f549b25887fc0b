"""What a refused call of native code leaves: NaN in exactly those entries of BLAS's outputs that the routine writes, whatever
the leading dimension, the step's sign, the triangle and the layout; in LAPACK's, nothing outside what the routine writes,
and integers that are safe to index with. The routine itself says what it writes: the same call, allowed."""
from harness import LIBS, Run, expect, python

CODE = f"""
import ctypes, numpy as np
lib = ctypes.CDLL('{LIBS}/openblas-pthread/libopenblas.so.0')
""" + """
shim = ctypes.PyDLL(None)
class Context(ctypes.Structure):
    _fields_ = [('namespace', ctypes.c_char_p), ('budget', ctypes.c_uint64), ('multiplier', ctypes.c_double),
                ('quiet', ctypes.c_int), ('scope', ctypes.c_int), ('used', ctypes.c_uint64), ('reserved', ctypes.c_uint64 * 2)]
R = {'s': np.float32, 'd': np.float64, 'c': np.complex64, 'z': np.complex128}
def argument(x):
    if isinstance(x, np.ndarray): return ctypes.c_void_p(x.ctypes.data)
    return x
def call(name, arguments, budget):
    context = Context(b'x', budget, 0, 1, 1, 0)
    assert not shim.flopshim_begin(ctypes.byref(context))
    error = None
    try:
        getattr(lib, name)(*map(argument, arguments))
        for _ in range(9): len('')
    except Exception as e:
        error = e
    assert not shim.flopshim_end(None)
    assert bool(error) == (budget == 1), (name, error)
    if error: assert type(error).__name__ == 'BudgetExhaustedError', error
def fortran(values):
    '''Letters, integers and numbers by reference, arrays as they are.'''
    return [np.frombuffer(v, 'u1').copy() if isinstance(v, bytes) else np.array([v], 'i4') if isinstance(v, int) else v
            for v in values]
variant = 0
def data(t, size, seed):
    r = np.random.RandomState(seed + 10 * variant)
    x = r.rand(size) + 0.5
    return (x + 1j * r.rand(size) if np.iscomplexobj(R[t]()) else x).astype(R[t])
def run(name, make, budget):
    '''(before, after) of every array.'''
    arguments = make()
    before = [x.copy() if isinstance(x, np.ndarray) else x for x in arguments]
    call(name, arguments, budget)
    return [(x, y) for x, y in zip(before, arguments) if isinstance(x, np.ndarray)]
def changed(before, after):
    return ~((before == after) | (np.isnan(before) & np.isnan(after)))
def check(name, make, exact=True):
    global variant
    written = None
    for variant in range(1 if exact else 8):  # LAPACK may leave an entry as it was by chance
        now = [changed(*pair) for pair in run(name, make, 0)]
        written = [x | y for x, y in zip(written or now, now)]
    variant = 0
    refused = run(name, make, 1)
    for i, (pair, real) in enumerate(zip(refused, written)):
        ours, nan = changed(*pair), np.isnan(pair[1])
        assert (real | ~ours).all(), (name, i, 'outside of what the routine writes', ours.astype(int), real.astype(int))
        assert not exact or (nan == real).all(), (name, i, 'not all that it writes', nan.astype(int), real.astype(int))
    assert any(np.isnan(after).any() for _, after in refused), (name, 'no NaN')
    return refused
"""
BLAS = """
for t in 'sdcz':
    D = lambda size, seed: data(t, size, seed)
    one, half = np.array([1.25], R[t]), np.array([0.5], R[t])
    m, n, k = 5, 4, 3
    check(t + 'gemm_', lambda: fortran([b'N', b'T', m, n, k, one, D(7 * k, 1), 7, D(6 * k, 2), 6, half, D(9 * n, 3), 9]))
    check(t + 'symm_', lambda: fortran([b'R', b'U', m, n, one, D(7 * n, 1), 7, D(6 * n, 2), 6, half, D(9 * n, 3), 9]))
    check(t + 'trsm_', lambda: fortran([b'L', b'U', b'N', b'N', m, n, one, D(7 * m, 1), 7, D(9 * n, 3), 9]))
    check(t + 'trmm_', lambda: fortran([b'R', b'U', b'N', b'N', m, n, one, D(7 * n, 1), 7, D(9 * n, 3), 9]))
    for uplo in b'U', b'L':
        check(t + 'syrk_', lambda: fortran([uplo, b'N', n, k, one, D(7 * k, 1), 7, half, D(9 * n, 3), 9]))
        check(t + 'syr2k_', lambda: fortran([uplo, b'N', n, k, one, D(7 * k, 1), 7, D(7 * k, 2), 7, half, D(9 * n, 3), 9]))
    for trans in b'N', b'T':
        check(t + 'gemv_', lambda: fortran([trans, m, n, one, D(7 * n, 1), 7, D(5, 2), 1, half, D(20, 3), -3]))
        check(t + 'trmv_', lambda: fortran([b'L', trans, b'N', n, D(7 * n, 1), 7, D(20, 3), -3]))
        check(t + 'gbmv_', lambda: fortran([trans, m, n, 1, 1, one, D(7 * n, 1), 7, D(5, 2), 1, half, D(20, 3), 2]))
    check(t + ('ger_' if t in 'sd' else 'geru_'), lambda: fortran([m, n, one, D(m, 1), 1, D(2 * n, 2), -2, D(7 * n, 3), 7]))
    check(t + ('symv_' if t in 'sd' else 'hemv_'), lambda: fortran([b'L', n, one, D(7 * n, 1), 7, D(n, 2), 1, half, D(20, 3), -2]))
    check(t + 'axpy_', lambda: fortran([n, one, D(n, 1), 1, D(20, 3), -4]))
    check(t + 'scal_', lambda: fortran([n, one, D(20, 3), 3]))
    for layout in 101, 102:
        # alpha, beta: by value where real
        a, b = (one, half) if t in 'cz' else (dict(s=ctypes.c_float, d=ctypes.c_double)[t](v) for v in (1.25, 0.5))
        check('cblas_' + t + 'gemm', lambda: [layout, 111, 111, m, n, k, a, D(7 * 7, 1), 7, D(7 * 7, 2), 7, b, D(9 * 9, 3), 9])
        check('cblas_' + t + 'syrk', lambda: [layout, 121, 111, n, k, a, D(7 * 7, 1), 7, b, D(9 * n, 3), 9])
        check('cblas_' + t + 'gemv', lambda: [layout, 112, m, n, a, D(7 * 7, 1), 7, D(m, 2), 1, b, D(20, 3), -2])
for t, name in ('c', 'csscal_'), ('z', 'zdscal_'):
    check(name, lambda: fortran([4, np.array([1.5], R[t]().real.dtype), data(t, 20, 1), 3]))
"""
LAPACK = """
for t in 'sdcz':
    D = lambda size, seed: data(t, size, seed)
    real = R[t]().real.dtype
    m, n, work = 6, 5, 4000
    W = lambda: np.zeros(work, R[t])
    rwork = [np.zeros(work, real)] if t in 'cz' else []
    square = lambda: D(7 * n, 1)
    integers = lambda: np.full(n + 2, -9, 'i4')
    info = lambda: np.array([-9], 'i4')
    made = check(t + 'getrf_', lambda: fortran([n, n, square(), 7, integers(), info()]), exact=False)
    assert made[4][1].tolist() == [1, 2, 3, 4, 5, -9, -9] and made[5][1] == 0, made
    made = check(t + 'gesv_', lambda: fortran([n, 2, square(), 7, integers(), D(14, 2), 7, info()]), exact=False)
    assert made[4][1].tolist() == [1, 2, 3, 4, 5, -9, -9] and made[7][1] == 0, made
    check(t + 'geqrf_', lambda: fortran([m, n, D(7 * n, 1), 7, D(n + 2, 2), W(), work, info()]), exact=False)
    check(t + 'potrs_', lambda: fortran([b'U', n, 2, square(), 7, D(14, 2), 7, info()]), exact=False)
    check(t + 'gels_', lambda: fortran([b'N', m, n, 2, D(7 * n, 1), 7, D(14, 2), 7, W(), work, info()]), exact=False)
    check(t + ('syev_' if t in 'sd' else 'heev_'),
          lambda: fortran([b'V', b'U', n, square(), 7, np.zeros(n + 2, real), W(), work, *rwork, info()]), exact=False)
    u, vt = (lambda: np.zeros(7 * 7, R[t]), lambda: np.zeros(7 * 7, R[t]))
    for jobz in b'A', b'S', b'N':
        check(t + 'gesdd_', lambda: fortran([jobz, m, n, D(7 * n, 1), 7, np.zeros(n + 2, real), u(), 7, vt(), 7, W(), work, *rwork,
                                             np.zeros(work, 'i4'), info()]), exact=False)
    w = [np.zeros(n + 2, real), np.full(n + 2, 9, real)] if t in 'sd' else [np.zeros(n + 2, R[t])]
    made = check(t + 'geev_', lambda: fortran([b'N', b'V', n, D(7 * n, 1), 7, *[x.copy() for x in w], u(), 7, vt(), 7, W(), work,
                                               *rwork, info()]), exact=False)
    if t in 'sd':
        assert made[6][1].tolist() == [0] * n + [9, 9], made[6]
# A routine whose outputs are not known says that it failed
a, c, d, made = data('d', 25, 1), np.zeros(5), np.zeros(5), np.array([-9], 'i4')
arguments = fortran([5, 5, a, 5, c, d, np.zeros(1), np.zeros(1), np.zeros(1), made])
call('dgeequ_', arguments, 1)
assert made[0] == 1, made
print('done')
"""


def main():
    run = Run([python("debian"), "-c", CODE + BLAS + LAPACK], {"OPENBLAS_NUM_THREADS": "1"}, timeout=120)
    expect("stdout, stderr, status", (run.stdout, run.stderr, run.returncode), ("done\n", "", 0))


main()
