"""How a provider returns complex numbers is asked of the provider, whatever it is called; and no question of ours is a call."""
import sys

from harness import BUILD, expect, same_with_and_without

convention = sys.argv[1]
run = same_with_and_without([BUILD / f"dotted_{convention}"])
# 1-2i to 4-2i: squares 30 - 16 and twice -2 * 10; with conjugates 30 + 16
expect("results", run.stdout, "14\n14 -40\n46 0\n14 -40\n46 0\n")
# n = 4: a real product and sum each; a complex product is 6 operations and a sum 2
expect("calls and FLOPs", run.costs(), {"ddot": (1, 8), "zdotu": (1, 32), "zdotc": (1, 32), "cdotu": (1, 32), "cdotc": (1, 32)})
expect("nested calls", run.summary.get("nested_calls", 0), 0)
