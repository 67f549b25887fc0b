"""Orthogonal factorisations, least squares, singular values: what the arrays hold before a call."""
import numpy as np

from data import copied, orthonormal, recipe, triangle


@recipe("geqp3 geqpf gelsy gelsx laqp2 geqp3rk gecxx")
def pivoted(c):
    c.integer("jpvt")[:c.ld] = 0
    c.values["rcond"] = 1e-12
    if c.family in ("geqp3rk", "gecxx"):  # to full rank
        c.values |= {"usesd": "N", "abstol": -1.0, "k": 0}
        c.put_real("abstol", [-1.0])
        c.put_real("reltol", [-1.0])
    if c.family == "laqp2":
        m, n = c.values["m"], c.values["n"]
        norms = np.linalg.norm(c["a"][:m, :n], axis=0)
        c.put_real("vn1", norms)
        c.put_real("vn2", norms)


@recipe("gemqr gemlq")
def tall_skinny_applied(c):
    m = c.values["m"] if c.values["side"] == "L" else c.values["n"]
    k = c.values["k"]
    c.call("geqr" if c.family == "gemqr" else "gelq", m=m if c.family == "gemqr" else k, n=k if c.family == "gemqr" else m)


@recipe("lamtsqr lamswlq **gtsqr **gtsqr_row")
def panels_applied(c):
    rows = c.family == "lamswlq"
    q = c.values.get("k", c.values["n"])
    order = c.values["m"] if c.values.get("side", "L") == "L" else c.values["n"]
    c.call("laswlq" if rows else "latsqr", m=q if rows else order, n=order if rows else q)


@recipe("**hr_col")
def orthonormal_columns(c):
    c.put("a", orthonormal(c, c.values["m"], c.values["n"]))


@recipe("tzrzf tzrqf latrz")
def trapezoid(c):
    c.put("a", np.triu(c.dense(c.values["m"], c.values["n"])))


@recipe("tpqrt tpqrt2")
def pentagon(c):
    c.put("a", triangle(c, c.values["n"], "U"))


@recipe("tplqt tplqt2")
def pentagon_rows(c):
    c.put("a", triangle(c, c.values["m"], "L"))


@recipe("gglse ggglm")
def vectors(c):
    for name in ("c", "d", "x"):
        c.put_flat(name, c.dense(c.ld, 1))


@recipe("gelqs geqrs")
def factored(c):
    c.call("gelqf" if c.family == "gelqs" else "geqrf")


@recipe("bdsqr bdsdc bdsvdx lasdq lasd0 lasda lasq1 lalsd")
def bidiagonal(c):
    """Of a dense matrix."""
    n = c.values["n"]
    c.put("dense", c.dense(n, n))
    c.call("gebrd", m=n, a="dense")
    c.values |= {"smlsiz": 25, "icompq": 1, "rcond": -1}
    if c.family == "lalsd":
        c.put_real("rcond", [-1])
    if c.family in ("lasd0", "lasda", "lalsd"):
        c.integer("smlsiz")[0] = 25
        c.integer("icompq")[0] = 1


@recipe("lasq2")
def differences(c):
    bidiagonal(c)
    n, z = c.values["n"], np.zeros(4 * c.values["n"])
    z[0:2 * n:2], z[1:2 * n - 1:2] = c.real("d")[:n] ** 2, c.real("e")[:n - 1] ** 2
    c.put_real("z", z)


@recipe("gesvj gejsv")
def jacobi(c):
    c.values |= {"joba": "G" if c.family == "gesvj" else "C", "jobr": "N", "jobt": "N", "jobp": "N", "mv": 0}
    if c.family == "gesvj":
        c.values["jobu"] = "U"


@recipe("gesvdq")
def preconditioned(c):
    c.values |= {"joba": "H", "jobp": "N", "jobr": "N"}


@recipe("gsvj0 gsvj1")
def sweeps(c):
    m, n = c.values["m"], c.values["n"]
    norms = np.linalg.norm(c["a"][:m, :n], axis=0)
    c.put_real("sva", norms)
    c["d"][:, :] = 0
    c.flat("d")[:n] = 1
    c.put("v", np.eye(n))
    for name, value in (("eps", 1e-16), ("sfmin", 1e-300), ("tol", 1e-15)):
        c.put_real(name, [value])
    c.values["mv"] = 0


@recipe("ggsvd ggsvd3 ggsvp ggsvp3 tgsja")
def two_matrices(c):
    m, p, n = (c.values[k] for k in "mpn")
    c.put("a", c.dense(m, n))
    c.put("b", c.dense(p, n))
    c.values |= {"tola": 1e-13 * max(m, n), "tolb": 1e-13 * max(p, n)}
    if c.family == "tgsja":
        c.call("ggsvp3", jobu="N", jobv="N", jobq="N")
        c.values |= {"k": int(c.integer("k")[0]), "l": int(c.integer("l")[0])}
        for name, order in (("u", m), ("v", p), ("q", n)):
            c.put(name, np.eye(order))


@recipe("**bdb **csd")
def blocks(c):
    m, p, q = (c.values[k] for k in "mpq")
    x = orthonormal(c, m, m)
    for name, part in (("x11", x[:p, :q]), ("x12", x[:p, q:]), ("x21", x[p:, :q]), ("x22", x[p:, q:])):
        c.put(name, part)
    c.values |= {"trans": "N", "signs": "D"}


@recipe("**bdb1 **bdb2 **bdb3 **bdb4 **csd2by1")
def two_blocks(c):
    m, p, q = (c.values[k] for k in "mpq")
    x = orthonormal(c, m, q)
    c.put("x11", x[:p])
    c.put("x21", x[p:])


@recipe("**bdb5 **bdb6")
def projection(c):
    q = orthonormal(c, c.values["m1"] + c.values["m2"], c.values["n"])
    c.put("q1", q[:c.values["m1"]])
    c.put("q2", q[c.values["m1"]:])


@recipe("bbcsd")
def angles(c):
    blocks(c)
    c.call("unbdb" if c.complex else "orbdb")
    for name in ("u1", "u2", "v1t", "v2t"):
        c.put(name, c.dense(c.ld // 2, c.ld // 2))


@recipe("gedmd gedmdq")
def snapshots(c):
    c.values |= {"jobs": "N", "jobr": "N", "jobf": "N", "jobq": "N", "jobt": "N", "whtsvd": 1, "nrnk": -1, "tol": 1e-12}


@recipe("lapll lar2v largv lartv lasr lacrt rot rscl")
def rotations(c):
    c.put_real("sa", [0.5])
    for name in ("c", "s"):
        c.put_real(name, c.random.uniform(0.3, 0.9, c.ld))
    if c.family == "lacrt":
        c.values |= {"c": 0.6, "s": 0.8}
    if c.family == "lar2v":
        copied(c, "z", "x")


@recipe("latms lagge laghe lagsy")
def generated(c):
    c.values |= {"dist": "U", "sym": "N", "pack": "N", "mode": 3}
    c.integer("iseed")[:4] = (1, 2, 3, 5)
    c.put_real("d", c.random.uniform(0.5, 1.5, c.ld))


@recipe("larnv laruv")
def random_numbers(c):
    c.values["idist"] = 1
    c.integer("iseed")[:4] = (1, 2, 3, 5)
    if c.family == "laruv":
        copied(c, "x", "a")


@recipe("laic1")
def condition(c):
    c.integer("job")[0] = 1
    c.put_real("sest", [1.0])


@recipe("larfb_gett")
def gett(c):
    c.values["ident"] = "N"


@recipe("**m22")
def two_orders(c):
    c.integer("n2")[0] = c.values["n1"]


@recipe("lapmr lapmt")
def permutation(c):
    c.integer("k")[:c.ld] = np.arange(1, c.ld + 1)
