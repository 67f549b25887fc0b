"""Every argument reaches the provider as it was given, and the price of a call that does not fit 64 bits saturates; sums do not."""
from harness import BUILD, expect, same_with_and_without, Run

MOST = 2**64 - 1
# 2*11*12*13; R unit: 21*22*(22-1); 2*31*32*33; 8*41*42*43; 12; 12*51; 2n; 2n; 8*81; 8*91; 8*101
ARGUMENTS = {"dgemm": (1, 3432), "dtrsm": (1, 9702), "sgemm": (1, 65472), "zgemm": (1, 592368), "srotmg": (1, 12),
             "zdrot": (1, 612), "ddot": (1, 122), "sdsdot": (1, 142), "zdotc": (2, 648 + 808), "cdotu": (1, 728),
             "idamax": (1, 0), "icamax": (1, 0)}


def main():
    for suffix, big in (("", 2**31 - 1), ("64", 0x700000000)):
        program = BUILD / f"fake_client{suffix}"
        env = {"LD_LIBRARY_PATH": str(BUILD / f"fake{suffix}")}
        run = same_with_and_without([program], env)
        expect("arguments", run.costs(), ARGUMENTS)
        expect("lines", len(run.stdout.splitlines()), 13 + 5)
        run = same_with_and_without([program, "big"], env)
        # 12 big, above 2^64 (2 big^3) and 0; 2 big; above 2^64 (8 big^2)
        costs = {"dgemm": (3, 12 * big + MOST), "ddot": (1, 2 * big), "zgemm": (1, MOST)}
        expect(f"big{suffix}", run.costs(), costs)
        expect("the total", (run.summary["flops_used"], run.summary["incomplete"]), (14 * big + 2 * MOST, ["saturated"]))
        limit = 18 * 10**18
        run = Run([program, "big"], env | {"FLOP_BUDGET": str(limit)})
        fits = 12 * big + 2 * big
        expect("refused", (run.returncode, run.summary["flops_used"]), (86, fits))
        expect(f"refusal: {run.stderr}", f"would cost {MOST:,} FLOPs or more and {limit - fits:,} remain" in run.stderr, True)


main()
