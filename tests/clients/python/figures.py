"""Summaries without what differs from run to run."""
from flopshim import budget_summary_dict

TIMES = {"wall_time_s", "backend_time_s", "overhead_time_s", "residual_wall_time_s"}


def untimed(summary):
    """Without times, at any depth; of namespaces without `calls`, which `self` has too."""
    if not isinstance(summary, dict):
        return summary
    left_out = TIMES | ({"calls"} if "self" in summary else set())
    return {key: untimed(value) for key, value in summary.items() if key not in left_out}


def counts(by_namespace=False):
    return untimed(budget_summary_dict(by_namespace))


def logged(context):
    """The op log without times."""
    return [record[:6] for record in context.op_log]
