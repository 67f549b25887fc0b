"""One call of a BLAS or LAPACK routine, made from its signature in cost/signatures, with data. Runs under flopgrind.

Every array has the same leading dimension and room for as many columns, whatever the routine needs of it, and workspaces have
more than any routine asks for. What must hold something is set by the recipes."""
import ctypes
import itertools
import os

import numpy as np

LIBS = "/usr/lib/x86_64-linux-gnu"
SCALARS = {"alpha": 0.7, "beta": 1.3, "cfrom": 1.5, "cto": 2.5, "vl": 0.0, "vu": 1.0, "abstol": 0.0, "tola": 1e-13, "tolb":
           1e-13, "amax": 1.0, "tol": -1.0, "rcond": -1.0, "anorm": 1.0, "sigma": 0.3, "cond": 1e3, "dmax": 1.0}
OPTIONS = {"uplo": "U", "side": "L"}
WORKSPACES = ("work", "rwork", "zwork", "cwork", "t", "swork")
CHOOSES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double))


@CHOOSES
def positive(real, _):
    """An eigenvalue that is sorted to the front, where a case sorts."""
    return int(real[0] > 0)


class Operations(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ulonglong * 5)]  # adds, mults, divs, sqrts, fmas


class Library:
    """BLAS and LAPACK by their Fortran names, and how many operations they have executed."""

    def __init__(self, paths):
        self.parts = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in paths]
        self.ask = ctypes.CDLL(os.environ["ORACLE_ASK"])

    def function(self, name):
        for part, spelling in itertools.product(self.parts, (f"{name}_", f"scipy_{name}_")):
            if hasattr(part, spelling):
                return getattr(part, spelling)
        return None

    def operations(self):
        now = Operations()
        assert self.ask.oracle_operations(ctypes.byref(now)), "not under flopgrind"
        return np.array(now.count, dtype=np.int64)


class Failed(Exception):
    """The routine says that it could not do what it was called for, or is not there."""


class Call:
    """The arguments of calls in one precision, by name: values of integers and options, arrays, which calls share."""

    def __init__(self, library, signatures, prefix, values, seed):
        self.library, self.signatures, self.prefix = library, signatures, prefix
        self.values = dict(values)
        self.complex = "z" in prefix or "c" in prefix  # dznrm2, zdscal, izamax and zcgesv have complex data too
        self.type = np.complex128 if self.complex else np.float64
        self.random = np.random.default_rng(seed)
        self.ld = 2 * max([v for v in values.values() if isinstance(v, int)] + [8]) + 8
        self.buffers = {}

    # ---- data

    def buffer(self, name):
        if name not in self.buffers:
            times = 1 if name not in WORKSPACES else 8 if self.ld < 600 else 3
            self.buffers[name] = np.zeros(times * self.ld * self.ld + 40000 * times, dtype=np.complex128)
        return self.buffers[name]

    def __getitem__(self, name):
        """The array as a matrix of the routine's own field."""
        return self.flat(name)[:self.ld * self.ld].reshape((self.ld, self.ld), order="F")

    def flat(self, name):
        return self.buffer(name).view(self.type)

    def real(self, name):
        return self.buffer(name).view(np.float64)

    def integer(self, name):
        return self.buffer(name).view(np.int32)

    def dense(self, m, n):
        a = self.random.uniform(-1, 1, (m, n))
        return a + 1j * self.random.uniform(-1, 1, (m, n)) if self.complex else a

    def put(self, name, matrix):
        self[name][:matrix.shape[0], :matrix.shape[1]] = matrix
        return matrix

    def put_flat(self, name, vector):
        self.flat(name)[:vector.size] = vector.ravel(order="F")

    def put_real(self, name, vector):
        self.real(name)[:len(vector)] = vector

    # ---- calls

    def value(self, arg, own):
        return own.get(arg, self.values.get(arg))

    def call(self, name, check=True, **own):
        """Calls the routine; own: values for this call, arrays under other names as a='b'. Gives what it executed."""
        family = name if name in self.signatures else self.prefix + name
        function = self.library.function(family)
        if function is None:
            raise Failed(f"{family} is not in the library")
        given, lengths, kept = [], 0, []
        for arg, kind in self.signatures[family]:
            given.append(self.pass_argument(arg, kind, own, kept))
            lengths += kind in ("option", "chars")
        function.restype = None
        self.integer("info")[0] = 0
        before = self.library.operations()
        function(*given, *[ctypes.c_size_t(1)] * lengths)
        executed = self.library.operations() - before
        info = int(self.integer("info")[0])
        if check and info != 0 and not name.startswith(("gesvdq",)):
            raise Failed(f"{family} ends with info {info}")
        return executed

    def pass_argument(self, arg, kind, own, kept):
        value = self.value(arg, own)
        if kind == "flag":
            kept.append(np.full(5, float(value)))
            return ctypes.c_void_p(kept[-1].ctypes.data)
        if arg in ("select", "selctg") and self.value("sort", own) == "S":
            return positive
        if isinstance(value, str) and kind in ("array", "temp", "inout"):
            return ctypes.c_void_p(self.buffer(value).ctypes.data)
        if kind in ("array", "temp", "info", "inout"):
            return ctypes.c_void_p(self.buffer(arg).ctypes.data)
        if kind in ("option", "chars"):
            kept.append(ctypes.create_string_buffer((value or OPTIONS.get(arg, "N")).encode()))
            return kept[-1]
        if kind in ("dim", "int", "logical", "step", "work", "query", "tempsize"):
            kept.append(ctypes.c_int(self.length(arg, kind) if value is None else int(value)))
            return ctypes.byref(kept[-1])
        kept.append(np.zeros(2))  # a scalar, in the routine's own field or real
        kept[-1][0] = SCALARS.get(arg, 0.5) if value is None else float(value)
        if kind == "scalar" and self.complex and value is None and arg in ("alpha", "beta"):
            kept[-1][1] = 0.4
        return ctypes.c_void_p(kept[-1].ctypes.data)

    def length(self, arg, kind):
        if kind in ("work", "query"):
            return self.buffer("work").size // 2
        if kind in ("step", "tempsize"):
            return 1 if arg.startswith("inc") else self.ld
        raise Failed(f"{arg} has no value")
