"""Reductions and eigenvalues: what the arrays hold before a call."""
import numpy as np

from data import copied, definite, packed, pencil, recipe, schur, symmetric, symmetric_band, triangle


@recipe("??trd ??td2 latrd ??trd_2stage hetrd_he2hb sytrd_sy2sb ??ev ??evd ??evr ??evx ??ev_2stage ??evd_2stage ??evr_2stage",
        "??evx_2stage ??gv ??gvd ??gvx ??gv_2stage")
def symmetric_full(c):
    n = c.values["n"]
    c.put("a", symmetric(c, n))
    if "gv" in c.family:
        c.put("b", definite(c, n))


@recipe("hptrd sptrd hpev spev hpevd spevd hpevx spevx hpgv spgv hpgvd spgvd hpgvx spgvx")
def symmetric_packed(c):
    n = c.values["n"]
    packed(c, "ap", symmetric(c, n))
    if "gv" in c.family:
        packed(c, "bp", definite(c, n))


@recipe("hbtrd sbtrd hetrd_hb2st sytrd_sb2st hbev sbev hbevd sbevd hbevx sbevx hbev_2stage sbev_2stage hbevd_2stage sbevd_2stage",
        "hbevx_2stage sbevx_2stage hbgv sbgv hbgvd sbgvd hbgvx sbgvx")
def banded(c):
    n = c.values["n"]
    c.values.setdefault("stage1", "N")
    symmetric_band(c, "ab", symmetric(c, n), c.values.get("kd", c.values.get("ka")))
    if "gv" in c.family:
        symmetric_band(c, "bb", definite(c, n), c.values["kb"])


@recipe("steqr sterf stedc stegr stemr stebz stein stev stevd stevr stevx laed0")
def tridiagonal(c):
    n = c.values["n"]
    c.put("dense", symmetric(c, n))
    c.call("hetrd" if c.complex else "sytrd", a="dense", uplo="U")
    c.put("z", np.eye(n))
    c.values |= {"order": "E", "nzc": n, "abstol": 0.0}
    c.integer("tryrac")[0] = 1
    if c.family == "stein":
        d = c.prefix.replace("z", "d")
        c.call(d + "stebz", range="A", order="B", il=1, iu=n)
        c.values["m"] = int(c.integer("m")[0])
    if c.family == "laed0":
        c.integer("icompq")[0] = 2
        c.integer("qsiz")[0] = n


@recipe("larre larrd larrv")
def representations(c):
    """As stemr calls them, for all values of a tridiagonal matrix."""
    n, eps = c.values["n"], np.finfo(float).eps
    c.put("dense", symmetric(c, n))
    c.call("hetrd" if c.complex else "sytrd", a="dense", uplo="U")
    d, e = c.real("d")[:n].copy(), np.append(c.real("e")[:n - 1], 0)
    c.put_real("e", e)
    c.put_real("e2", e ** 2)
    radius = np.abs(e) + np.abs(np.append(0, e[:n - 1]))
    c.put_real("gers", np.column_stack([d - radius, d + radius]).ravel())
    for name, value in (("rtol1", eps ** 0.5), ("rtol2", eps ** 0.5 / 200), ("spltol", -eps), ("minrgp", 1e-3),
                        ("reltol", 8 * eps), ("pivmin", 1e-290)):
        c.put_real(name, [value])
        c.values[name] = value
    c.values |= {"order": "B", "dol": 1, "dou": n, "il": 1, "iu": n, "range": "A"}
    for name, value in (("nsplit", 1), ("isplit", n), ("dol", 1), ("dou", n)):
        c.integer(name)[0] = value
    if c.family == "larrv":
        c.call("dlarre")
        copied(c, "l", "e")


@recipe("pteqr")
def positive_tridiagonal(c):
    n = c.values["n"]
    c.put_real("d", c.random.uniform(2, 3, n))
    c.put_real("e", c.random.uniform(-1, 1, n))


@recipe("disna")
def gaps(c):
    c.values["job"] = "E"
    c.put_real("d", np.sort(c.random.uniform(0, 1, c.ld)))


@recipe("gebak ggbak")
def balanced(c):
    for name in ("scale", "lscale", "rscale"):
        c.put_real(name, np.full(c.ld, 1.5))


@recipe("gghrd gghd3 hgeqz laqz0")
def hessenberg_triangular(c):
    n = c.values["n"]
    a, b = ("h", "t") if c.family == "hgeqz" else ("a", "b")
    c.put(a, c.dense(n, n))
    c.put(b, c.dense(n, n))
    c.put("q", np.eye(n))
    c.put("z", np.eye(n))
    c.call("geqrf", m=n, a=b)
    c.call("unmqr" if c.complex else "ormqr", side="L", trans="C" if c.complex else "T", m=n, n=n, k=n, a=b, c=a)
    c[b][:n, :n] = np.triu(c[b][:n, :n])
    if c.family in ("hgeqz", "laqz0"):
        c.call("gghrd", compq="I", compz="I", a=a, b=b)
        c.integer("rec")[0] = 0


@recipe("hseqr lahqr laqr0 laqr4 hsein")
def hessenberg(c):
    n = c.values["n"]
    c.put("h", c.dense(n, n))
    c.call("gehrd", ilo=1, ihi=n, a="h")
    c.put("h", np.triu(c["h"][:n, :n], -1).copy())
    c.put("z", np.eye(n))
    if c.family == "hsein":
        c.put("copy", c["h"][:n, :n])
        c.call("hseqr", job="E", compz="N", ilo=1, ihi=n, h="copy")
        c.integer("select")[:n] = 1
        c.values |= {"eigsrc": "N", "initv": "N", "mm": n}
    if c.family in ("lahqr", "laqr0", "laqr4"):
        c.values |= {"iloz": 1, "ihiz": n}
        c.integer("iloz")[0] = 1
        c.integer("ihiz")[0] = n


def place_ends(c):
    """Of a move along the diagonal."""
    for name in ("ifst", "ilst"):
        c.integer(name)[0] = c.values.get(name, 1)


@recipe("trevc trevc3 trsna trexc trsen laqtr")
def schur_form(c):
    n = c.values["n"]
    schur(c, n)
    copied(c, "vl", "q")
    copied(c, "vr", "q")
    c.integer("mm")[0] = n
    c.values["mm"] = n
    if c.family == "trsna":
        c.values["howmny"] = "A"
        c.call("trevc", side="B", howmny="B")
    if c.family == "trsen":
        c.integer("select")[:n] = c.random.permutation(n) % 2
    place_ends(c)


@recipe("trsyl trsyl3")
def sylvester(c):
    schur(c, c.values["m"], "a", "qa")
    schur(c, c.values["n"], "b", "qb")
    c.values["ldswork"] = c.ld


@recipe("tgsyl tgsy2")
def sylvester_pencil(c):
    pencil(c, c.values["m"], "a", "d")
    pencil(c, c.values["n"], "b", "e")


@recipe("tgevc tgsna tgexc tgsen")
def pencil_form(c):
    n = c.values["n"]
    pencil(c, n, *(("s", "p") if c.family == "tgevc" else ("a", "b")))
    copied(c, "vl", "q")
    copied(c, "vr", "z")
    c.values["mm"] = n
    if c.family == "tgsna":
        c.values["howmny"] = "A"
        c.call("tgevc", side="B", howmny="B", s="a", p="b")
    if c.family == "tgsen":
        c.integer("select")[:n] = c.random.permutation(n) % 2
    place_ends(c)


@recipe("gges gges3 ggesx gees geesx")
def unsorted(c):
    c.values["sort"] = "N" if c.values.get("sense", "N") == "N" else "S"  # condition numbers are of a sorted cluster



@recipe("lacrm larcm")
def real_factor(c):
    c.put_real("b" if c.family == "lacrm" else "a", c.random.uniform(-1, 1, c.ld * c.ld))


@recipe("lauum lauu2")
def factor(c):
    c.put("a", triangle(c, c.values["n"]))


@recipe("lansf lanhf")
def full_packed_norm(c):
    c.put_flat("a", c.dense(c.ld, c.ld // 2))
