"""Matrices that make sense for a kind of routine, in LAPACK's storage schemes."""
import numpy as np

FILLED = ("a", "b", "c", "x", "y", "v", "q", "z", "ap", "bp", "ab", "bb", "u", "vt", "t", "h", "p", "s", "d", "e", "dl", "du",
          "f", "g", "tau", "taua", "taub", "c1", "c2", "rhs", "cx", "cy", "vr", "vl", "x1", "x2", "q1", "q2", "alpha", "w",
          "du2", "tb", "arf")
PACKED = ("ap", "bp", "arf")
RECIPES = {}


def recipe(*names):
    """Of families, without their precision; ?? in front stands for sy and he, ** for or and un. Gives nothing; or what a call
    executes, where it has made the calls itself."""
    def register(function):
        for name in " ".join(names).split():
            for start in ("sy", "he") if name.startswith("??") else ("or", "un") if name.startswith("**") else ("",):
                RECIPES[start + name.lstrip("?*")] = function
        return function
    return register


def filled(c, arguments):
    """Random numbers in every array that holds data."""
    half = c.ld // 2
    for name, kind in arguments:
        if kind == "array" and name in PACKED:
            c.put_flat(name, c.dense(half, half))
        elif kind == "array" and name in FILLED:
            c.put(name, c.dense(half, half))


def symmetric(c, n, hermitian=True):
    a = c.dense(n, n)
    return (a + (a.conj().T if hermitian else a.T)) / 2


def definite(c, n):
    return symmetric(c, n) / np.sqrt(n) + 2.5 * np.eye(n)


def triangle(c, n, uplo=None, unit=False):
    """Well conditioned, as a factor is."""
    a = c.dense(n, n) / np.sqrt(2 * n)
    a[np.arange(n), np.arange(n)] = c.random.uniform(1, 2, n)
    return np.triu(a) if (uplo or c.values.get("uplo", "U")) == "U" else np.tril(a)


def packed(c, name, a):
    n, upper = len(a), c.values.get("uplo", "U") == "U"
    c.put_flat(name, np.concatenate([a[:j + 1, j] if upper else a[j:, j] for j in range(n)]))


def full_packed(c, name, a):
    """Rectangular full packed storage of the triangle."""
    c.put("scratch", a)
    c.call("trttf", a="scratch", arf=name, n=len(a))


def band(c, name, a, kl, ku, top=0):
    n = a.shape[1]
    for j in range(n):
        low, high = max(0, j - ku), min(a.shape[0], j + kl + 1)
        c[name][top + ku + low - j:top + ku + high - j, j] = a[low:high, j]


def symmetric_band(c, name, a, kd):
    upper = c.values.get("uplo", "U") == "U"
    band(c, name, a, 0 if upper else kd, kd if upper else 0)


def copied(c, to, name):
    c.buffer(to)[:] = c.buffer(name)[:c.buffer(to).size]


def schur(c, n, t="t", q="q"):
    """The Schur form of a random matrix, and its vectors."""
    c.put(t, c.dense(n, n))
    c.call("gees", jobvs="V", sort="N", n=n, a=t, vs=q, w="ignored", wr="ignored", wi="ignored2")


def pencil(c, n, a="a", b="b", q="q", z="z"):
    """The generalised Schur form of a random pencil."""
    c.put(a, c.dense(n, n))
    c.put(b, c.dense(n, n))
    c.call("gges", jobvsl="V", jobvsr="V", sort="N", n=n, a=a, b=b, vsl=q, vsr=z, alphar="i1", alphai="i2", alpha="i1", beta="i3")


def orthonormal(c, m, n):
    return np.linalg.qr(c.dense(m, n))[0]
