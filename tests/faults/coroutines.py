"""usage: coroutines.py greenlet|gevent N. Coroutines that switch inside of a call of LAPACK (the sort function of schur), N
rounds. Prints how many dgees and dgemm were made. (f2py's callbacks are a stack: two calls must not end crosswise.)"""
import sys

import numpy
import scipy.linalg

made = {"dgees": 0, "dgemm": 0}
A = numpy.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]])
B = numpy.arange(64.0).reshape(8, 8)


def product():
    made["dgemm"] += 1
    return B @ (B + 1)


def schur(inside):
    asked = []

    def sort(real, imaginary):
        if not asked:
            asked.append(imaginary)
            product()
            inside()
            product()
        return real > 0

    made["dgees"] += 1
    scipy.linalg.schur(A, sort=sort)
    product()


def with_greenlet(rounds):
    import greenlet
    main = greenlet.getcurrent()

    def body():
        while True:
            schur(main.switch)
            main.switch()

    first, second = greenlet.greenlet(body), greenlet.greenlet(body)
    for _ in range(rounds):
        for worker in (first, second, second, first):
            worker.switch()
            product()


def with_gevent(rounds):
    import gevent

    def factor():
        for _ in range(rounds):
            schur(lambda: gevent.sleep(0))

    def multiply():
        for _ in range(rounds):
            product()
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(factor), gevent.spawn(multiply)], raise_error=True)


{"greenlet": with_greenlet, "gevent": with_gevent}[sys.argv[1]](int(sys.argv[2]))
print(made["dgees"], made["dgemm"])
