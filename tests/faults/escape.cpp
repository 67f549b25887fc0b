// escape throw|longjmp THREADS: 1000 times in each thread a call that does not fit into a context leaves through the handler of
// refused calls, by an exception or a longjmp. One of ten is a deduction. Of the handler's own calls one fits, one does not;
// after the context is closed the latter does.
#include "flopshim.h"
#include <atomic>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

extern "C" double ddot_(const int *, const double *, const int *, const double *, const int *);

static bool by_throw;
static std::atomic<int> asked, escaped, wrong;
static thread_local std::jmp_buf out;

static double dot(int n)
{
    static const double x[1000] = {1};
    const int one = 1;
    return ddot_(&n, x, &one, x, &one);
}

static flopshim_answer handler(const flopshim_refusal *refusal, void *)
{
    asked++;
    if (dot(3) != 1 || !std::isnan(dot(600)) || refusal->flop_cost < 1000) // 6 FLOPs fit; of 1200 there is no result
        wrong++;
    if (by_throw)
        throw std::runtime_error("refused");
    std::longjmp(out, 1);
}

static void refused(int i)
{
    if (i % 10 == 1)
        flopshim_deduct("work", 1100000);
    else
        dot(500 + i % 100);
    wrong++;
}

static void leave(int i)
{
    if (by_throw) {
        try {
            refused(i);
        } catch (const std::runtime_error &) {
            escaped++;
        }
    } else if (setjmp(out)) {
        escaped++;
    } else {
        refused(i);
    }
}

static void work()
{
    flopshim_context context = {};
    context.namespace_ = "part";
    context.flop_budget = 999;
    for (int i = 0; i < 1000; i++) {
        if (flopshim_begin(&context))
            wrong++;
        leave(i);
        if (flopshim_end(nullptr) || dot(600) != 1)
            wrong++;
    }
}

int main(int argc, char **argv)
{
    by_throw = argc > 1 && !std::strcmp(argv[1], "throw");
    std::vector<std::thread> threads;
    flopshim_on_exhausted(handler, nullptr);
    for (int i = argc > 2 ? std::atoi(argv[2]) : 1; i > 0; i--)
        threads.emplace_back(work);
    for (auto &thread : threads)
        thread.join();
    std::printf("asked %d escaped %d wrong %d\n", asked.load(), escaped.load(), wrong.load());
}
