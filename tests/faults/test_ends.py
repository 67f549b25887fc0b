"""However a process ends, its summary is there, once, with the reason; its exit status is its own."""
import signal

from harness import BUILD, LIBS, Run, expect

# way: (status, end reason, calls); execl and its kin end with a status that tells that all arguments arrived
WAYS = {"return": (0, "exit", 1), "exit": (5, "exit", 1), "_exit": (5, "exit", 1), "_Exit": (5, "exit", 1),
        "quick_exit": (5, "exit", 1), "abort": (-signal.SIGABRT, "signal", 1), "execv": (0, "exec", 1), "execl": (3, "exec", 1),
        "execlp": (2, "exec", 1), "execle": (1, "exec", 1), "failed exec": (0, "exit", 2)}

for way, (status, reason, calls) in WAYS.items():
    run = Run([BUILD / "ends", way], {"LD_LIBRARY_PATH": f"{LIBS}/blas"})
    expect(f"{way}: status ({run.stderr})", run.returncode, status)
    expect(f"{way}: costs", run.costs(), {"ddot": (calls, 8 * calls)})
    expect(f"{way}: end", (run.summary["end_reason"], run.summary["complete"]), (reason, True))
    if reason == "exit":
        expect(f"{way}: end status", run.summary["end_status"], status)
