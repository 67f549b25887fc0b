"""Summaries as JSON for the tests of the HTML report, of any size, and names that would do harm if they were not escaped."""
import itertools
import json

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"> & 'q' {{data}}"


def shape(m, n, k, calls):
    return {"dims": {"m": m, "n": n, "k": k}, "calls": calls, "flop_cost": 2 * m * n * k * calls}


def operation(flops, calls, seconds=0.5, shapes=None, accuracy="exact"):
    made = {"flop_cost": flops, "calls": calls, "seconds": seconds, "timed_flops": flops if seconds else 0, "accuracy": accuracy,
            "nested_calls": 0, "queries": 0}
    if shapes is not None:
        rest = {"calls": calls - sum(s["calls"] for s in shapes), "flop_cost": flops - sum(s["flop_cost"] for s in shapes)}
        made |= {"shapes": shapes, "other_shapes": {**rest, "calls_error": 0, "flop_cost_error": 0}}
    return made


def shaped(shapes, seconds=0.5):
    """An operation of nothing but these."""
    ordered = sorted(shapes, key=lambda s: -s["flop_cost"])
    return operation(sum(s["flop_cost"] for s in ordered), sum(s["calls"] for s in ordered), seconds, ordered)


def process(pid, flops, calls=1, **more):
    return {"pid": pid, "ppid": 1, "exec_number": 0, "program": "/opt/app", "flops_used": flops, "calls": calls,
            "end_reason": "exit", "end_status": 0, "running": False, "start": "2026-01-01T00:00:00.000000Z", "wall_seconds": 2.0,
            "threads": 1, **more}


def whole(spaces):
    """The operations of all namespaces, by routine; shapes of the same routine side by side."""
    found = {}
    for name, one in itertools.chain.from_iterable(operations.items() for operations in spaces.values()):
        if name not in found:
            found[name] = json.loads(json.dumps(one))
            continue
        for key in ("flop_cost", "calls", "seconds", "timed_flops"):
            found[name][key] += one[key]
        if "shapes" in one:
            found[name]["shapes"] = sorted(found[name]["shapes"] + one["shapes"], key=lambda s: -s["flop_cost"])
    return found


def summary(spaces, processes=(), budget=None, **more):
    """spaces: {namespace: {routine: operation}}"""
    operations = whole(spaces)
    used = sum(one["flop_cost"] for one in operations.values())
    by_namespace = {}
    for name, own in spaces.items():
        use = {"flops_used": sum(one["flop_cost"] for one in own.values()), "calls": sum(one["calls"] for one in own.values())}
        by_namespace[name] = {"flop_budget": None, **use, "self": use, "operations": own, "queries": {}}
    for name, row in by_namespace.items():
        within = [other["self"] for below, other in by_namespace.items() if below == name or below.startswith(f"{name}.") and name]
        row["total"] = {"flops_remaining": None, **{key: sum(use[key] for use in within) for key in ("flops_used", "calls")}}
    accuracy = {key: sum(one["flop_cost"] for one in operations.values() if one["accuracy"] == key)
                for key in ("exact", "leading", "estimate")}
    return {"schema_version": 2, "flopshim_version": "0.1.0", "cost_model": "flopshim-4", "convention": "ops", "flop_multiplier": 1,
            "scope": "tree" if processes else "process", "flop_budget": budget, "flops_used": used,
            "flops_remaining": None if budget is None else budget - used, "operations": operations, "by_namespace": by_namespace,
            "complete": True, "end_reason": "exit", "end_status": 0, "incomplete": [], "dropped_calls": 0, "uncounted_calls": 0,
            "unclosed_calls": 0, "refused": {"calls": 0, "last": None}, "nested": {"calls": 0, "operations": {}}, "queries": {},
            "accuracy": accuracy,
            "process": {"pid": 4242, "ppid": 1, "host": "node1", "program": "/opt/app", "arguments": ["app", "-n"],
                        "start": "2026-01-01T00:00:00.000000Z", "wall_seconds": 4.0, "blas_seconds": 1.0, "threads": 1},
            "processes": list(processes) or [process(4242, used)],
            "providers": [{"path": "/lib/libblas.so.3", "name": "OpenBLAS", "version": "0.3.21", "integers": 32}],
            "uncovered": [], **more}


def many(names, shapes_each, namespaces=1):
    """A routine of each name, each with so many shapes, of sizes from 8 up to 4 thousand, over so many namespaces."""
    spaces = {}
    for i, name in enumerate(names):
        sizes = [(8 << (i + j) % 9, 8 << j % 7, 8 + i * shapes_each + j) for j in range(shapes_each)]
        shapes = [shape(m, n, k, 1 + j % 5) for j, (m, n, k) in enumerate(sizes)]
        made = shaped(shapes) if shapes_each else operation(10 ** 9 // (i + 1), 9)
        spaces.setdefault(f"model.layer{i % namespaces}" if namespaces > 1 else "", {})[name] = made
    return summary(spaces)


def usual():
    """Twenty routines in three namespaces, 180 shapes."""
    names = [f"{letter}{family}" for family in ("gemm", "symm", "trsm", "syrk", "gemv") for letter in "sdcz"]
    return many(names, 9, 3)
