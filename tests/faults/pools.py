"""pools.py METHOD TASKS: a matrix product of 64 x 64 in each task, in a pool of 4 processes."""
import multiprocessing
import sys

import numpy


def task(i):
    a = numpy.full((64, 64), float(i))
    return (a @ a)[0, 0]


if __name__ == "__main__":
    method, tasks = sys.argv[1], int(sys.argv[2])
    if method == "loky":
        import joblib
        results = joblib.Parallel(n_jobs=4)(joblib.delayed(task)(i) for i in range(tasks))
    elif method == "executor":
        from concurrent.futures import ProcessPoolExecutor
        with ProcessPoolExecutor(4) as pool:
            results = list(pool.map(task, range(tasks)))
    else:
        with multiprocessing.get_context(method).Pool(4) as pool:
            results = pool.map(task, range(tasks), chunksize=5)
    assert results == [64.0 * i * i for i in range(tasks)]
    print("done")
