"""Linear systems: what the arrays hold before a call. The sizes and options are those of cases.tsv."""
import numpy as np

from data import band, copied, definite, full_packed, packed, recipe, symmetric, symmetric_band, triangle


def factored(c, trf, a="a", **own):
    c.call(trf, a=a, m=c.values["n"], **own)


def factors_beside(c, trf=None, trs=None, **copies):
    """What refinement, and a driver that is given the factors, take beside the matrix: these in copies of it, and a solution."""
    kind = c.family[:2]
    if c.family.endswith(("rfs", "rfsx")) or c.values.get("fact") == "F":
        c.call(kind + "trf", **(trf or {}), **copies)
        copied(c, "x", "b")
        c.call(kind + "trs", **(trs or {}), b="x", **copies)


@recipe("getrs getri gecon")
def lu(c):
    c.put("a", c.dense(c.values["n"], c.values["n"]))
    factored(c, "getrf")


@recipe("lacn2 lacon")
def norm_estimate(c):
    """The mean of the calls of one estimate of a random matrix: what one of them executes depends on how far it is."""
    a, calls = c.dense(c.values["n"], c.values["n"]), []
    c.integer("kase")[0] = 0
    while not calls or c.integer("kase")[0]:
        calls.append(c.call(c.family))
        product = a if c.integer("kase")[0] == 1 else a.conj().T
        c.put_flat("x", product @ c.flat("x")[:len(a)])
    return np.mean(calls, axis=0).round().astype(int)


@recipe("gesvx gerfs gesvxx gerfsx")
def lu_beside(c):
    n = c.values["n"]
    c.put("af", c.put("a", c.dense(n, n)))
    if c.values.get("fact", "F") == "F":
        c.call("getrf", m=n, a="af")
        copied(c, "x", "b")
        c.call("getrs", trans="N", a="af", b="x")


@recipe("gesc2")
def complete_pivoting(c):
    c.call("getc2", check=False)


@recipe("laqge laqgb laqsy laqhe laqsp laqhp laqsb laqhb")
def equilibrated(c):
    for name in ("r", "c", "s"):
        c.put_real(name, c.random.uniform(1, 2, c.ld))
    c.values |= {"rowcnd": 0.01, "colcnd": 0.01, "scond": 0.01, "amax": 1.0}
    for name in ("rowcnd", "colcnd", "scond", "amax"):
        c.put_real(name, [c.values.pop(name)])


@recipe("lagtm")
def tridiagonal_product(c):
    c.put_real("alpha", [1.0])  # other factors than 0, 1 and -1 count as 0
    c.put_real("beta", [1.0])


@recipe("gbtrs gbcon gbtrf gbtf2 gbsv gbsvx gbrfs gbequ gbequb gbsvxx gbrfsx")
def banded(c):
    n, kl, ku = (c.values[k] for k in ("n", "kl", "ku"))
    m = c.values.get("m", n)
    a, family = c.dense(m, n), c.family
    expert = family in ("gbsvx", "gbrfs", "gbequ", "gbequb", "gbsvxx", "gbrfsx")
    band(c, "ab", a, kl, ku, 0 if expert else kl)
    if family in ("gbtrs", "gbcon"):
        c.call("gbtrf", m=n)
    band(c, "afb", a, kl, ku, kl)
    factors_beside(c, {"m": n}, {"trans": "N"}, ab="afb")


@recipe("gttrs gtts2 gtcon")
def tridiagonal(c):
    c.call("gttrf")


@recipe("gtsvx gtrfs")
def tridiagonal_beside(c):
    for name in ("dl", "d", "du"):
        copied(c, name + "f", name)
    factors_beside(c, trs={"trans": "N"}, dl="dlf", d="df", du="duf")


@recipe("potrf potf2 potrf2 pstrf pstf2 potrs potri posv posvx posvxx porfs porfsx pocon poequ poequb")
def positive(c):
    n, family = c.values["n"], c.family
    c.put("af", c.put("a", definite(c, n)))
    if family in ("potrs", "potri", "pocon"):
        c.call("potrf")
    factors_beside(c, a="af")


@recipe("pptrf pptrs pptri ppsv ppsvx pprfs ppcon ppequ")
def positive_packed(c):
    family = c.family
    packed(c, "ap", definite(c, c.values["n"]))
    copied(c, "afp", "ap")
    if family in ("pptrs", "pptri", "ppcon"):
        c.call("pptrf")
    factors_beside(c, ap="afp")


@recipe("pftrf pftrs pftri")
def positive_full_packed(c):
    full_packed(c, "a", definite(c, c.values["n"]))
    if c.family != "pftrf":
        c.call("pftrf")


@recipe("pbtrf pbtf2 pbstf pbtrs pbsv pbsvx pbrfs pbcon pbequ")
def positive_band(c):
    n, kd, family = c.values["n"], c.values["kd"], c.family
    a = definite(c, n)
    symmetric_band(c, "ab", a, kd)
    symmetric_band(c, "afb", a, kd)
    if family in ("pbtrs", "pbcon"):
        c.call("pbtrf")
    factors_beside(c, ab="afb")


@recipe("pttrf pttrs ptts2 ptsv ptsvx ptrfs ptcon")
def positive_tridiagonal(c):
    c.put_real("d", c.random.uniform(4, 5, c.values["n"]))
    copied(c, "df", "d")
    copied(c, "ef", "e")
    if c.family in ("pttrs", "ptts2", "ptcon"):
        c.call("pttrf")
    factors_beside(c, d="df", e="ef")


def is_hermitian(c):
    return c.family.startswith("he") or c.family.startswith("hp")


FACTORS = {"trs": "trf", "trs2": "trf", "tri": "trf", "tri2": "trf", "tri2x": "trf", "con": "trf", "trs_3": "trf_rk", "tri_3":
           "trf_rk", "tri_3x": "trf_rk", "con_3": "trf_rk", "trs_rook": "trf_rook", "tri_rook": "trf_rook", "con_rook":
           "trf_rook", "trs_aa": "trf_aa", "trs_aa_2stage": "trf_aa_2stage"}


@recipe("??trf ??tf2 ??trf_rook ??tf2_rook ??trf_rk ??tf2_rk ??trf_aa ??trf_aa_2stage ??sv ??sv_rook ??sv_rk ??sv_aa",
        "??sv_aa_2stage ??svx ??svxx ??rfs ??rfsx ??equb lasyf lahef lasyf_rook lahef_rook lasyf_rk lahef_rk",
        *("??" + name for name in FACTORS))
def indefinite(c):
    n, kind = c.values["n"], c.family[:2]
    c.put("af", c.put("a", symmetric(c, n, is_hermitian(c) or c.family.startswith("lahe"))))
    c.put_real("anorm", [1.0])
    if "2stage" in c.family:
        c.values["ltb"] = 16 * c.ld
    if c.family[2:] in FACTORS:
        c.call(kind + FACTORS[c.family[2:]])
    if c.family.endswith(("rfs", "rfsx")) or c.values.get("fact") == "F":
        c.call(kind + "trf", a="af")
        copied(c, "x", "b")
        c.call(kind + "trs", a="af", b="x")


@recipe("sptrf hptrf sptrs hptrs sptri hptri spsv hpsv spsvx hpsvx sprfs hprfs spcon hpcon")
def indefinite_packed(c):
    n, kind = c.values["n"], c.family[:2]
    packed(c, "ap", symmetric(c, n, is_hermitian(c)))
    copied(c, "afp", "ap")
    if c.family[2:] in ("trs", "tri", "con"):
        c.call(kind + "trf")
    if c.family.endswith("rfs") or c.values.get("fact") == "F":
        c.call(kind + "trf", ap="afp")
        copied(c, "x", "b")
        c.call(kind + "trs", ap="afp", b="x")


@recipe("trtri trti2 trtrs trcon trrfs latrs latrs3 trsv trsm trmv trmm")
def triangular(c):
    n = max(v for k, v in c.values.items() if k in ("m", "n"))
    c.put("a", triangle(c, n))
    if c.family == "trrfs":
        copied(c, "x", "b")
        c.call("trtrs", b="x")


@recipe("tptri tptrs tpcon tprfs latps tpsv tpmv")
def triangular_packed(c):
    packed(c, "ap", triangle(c, c.values["n"]))
    if c.family == "tprfs":
        copied(c, "x", "b")
        c.call("tptrs", b="x")


@recipe("tftri tfsm")
def triangular_full_packed(c):
    n = c.values["n"] if c.family == "tftri" or c.values["side"] == "R" else c.values["m"]
    full_packed(c, "a", triangle(c, n))


@recipe("tbtrs tbcon tbrfs latbs tbsv tbmv")
def triangular_band(c):
    n, kd = c.values["n"], c.values.get("kd", c.values.get("k"))
    symmetric_band(c, "ab" if "kd" in c.values else "a", triangle(c, n), kd)
    if c.family == "latbs":
        copied(c, "ab", "a") if "kd" not in c.values else None
    if c.family == "tbrfs":
        copied(c, "x", "b")
        c.call("tbtrs", b="x")


@recipe("??gst ??gs2")
def pencil_reduced(c):
    c.put("a", symmetric(c, c.values["n"]))
    c.put("b", definite(c, c.values["n"]))
    c.call("potrf", a="b")


@recipe("hpgst spgst")
def pencil_reduced_packed(c):
    packed(c, "ap", symmetric(c, c.values["n"]))
    packed(c, "bp", definite(c, c.values["n"]))
    c.call("pptrf", ap="bp")


@recipe("hbgst sbgst")
def pencil_reduced_band(c):
    n = c.values["n"]
    symmetric_band(c, "ab", symmetric(c, n), c.values["ka"])
    symmetric_band(c, "bb", definite(c, n), c.values["kb"])
    c.call("pbstf", ab="bb", kd=c.values["kb"])


@recipe("lagtf lagts")
def tridiagonal_shifted(c):
    c.values["lambda"] = 0.3
    if c.family == "lagts":
        c.call("lagtf", **{"lambda": 0.3})
        c.integer("job")[0] = 1
        c.put_real("tol", [np.finfo(float).eps])
