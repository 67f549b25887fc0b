/* A valgrind tool that counts the floating-point operations which a program executes in its BLAS and LAPACK.
 *
 * The rule: an operation is an addition, subtraction, multiplication, division or square root of two numbers, in any
 * precision; a vector instruction has as many as it has lanes; a fused multiply-add is counted apart. Comparisons,
 * minima, absolute values, negations, moves, conversions and roundings are none. Counted are instructions of objects
 * whose file name contains "blas" or "lapack" (so not those of libm, of Fortran's runtime or of the program).
 *
 * valgrind hands over each block of code as operations of its own representation, once, before its first run. What a
 * stretch of it counts is added to the totals in front of each exit. A product of complex numbers has the sum and the
 * difference of the same two vectors, and keeps one lane of each: the instruction ADDSUB in that representation, and what
 * gcc makes of it in SSE2. Such a pair counts half: the other lanes are computed in vain. */
#include "operations.h"
#include "pub_tool_basics.h"
#include "pub_tool_debuginfo.h"
#include "pub_tool_libcassert.h"
#include "pub_tool_libcbase.h"
#include "pub_tool_libcprint.h"
#include "pub_tool_machine.h"
#include "pub_tool_tooliface.h"

static struct operations total;

enum { VECTORS_MOST = 512 };

/* A sum or difference of vectors that has found no counterpart yet. */
struct vector {
    IROp op;
    IRTemp a, b;
};

struct stretch {
    Int count[OPS_KINDS];
    Int vectors;
    struct vector vector[VECTORS_MOST];
};

#define ALL(name) Iop_##name##64F0x2 : case Iop_##name##32F0x4 : case Iop_##name##F64 : case Iop_##name##F32
#define LANES(name, kind)                               \
    case ALL(name): s->count[kind]++; break;            \
    case Iop_##name##64Fx2: s->count[kind] += 2; break; \
    case Iop_##name##64Fx4:                             \
    case Iop_##name##32Fx4: s->count[kind] += 4; break; \
    case Iop_##name##32Fx8: s->count[kind] += 8; break

static void add_operation(struct stretch *s, IROp op)
{
    switch (op) {
        LANES(Add, OPS_ADDS);
        LANES(Sub, OPS_ADDS);
        LANES(Mul, OPS_MULTS);
        LANES(Div, OPS_DIVS);
        LANES(Sqrt, OPS_SQRTS);
    case Iop_MAddF64:
    case Iop_MSubF64:
    case Iop_MAddF32:
    case Iop_MSubF32: s->count[OPS_FMAS]++; break;
    default: break;
    }
}

static IROp counterpart(IROp op)
{
    switch (op) {
    case Iop_Add64Fx2: return Iop_Sub64Fx2;
    case Iop_Sub64Fx2: return Iop_Add64Fx2;
    case Iop_Add64Fx4: return Iop_Sub64Fx4;
    case Iop_Sub64Fx4: return Iop_Add64Fx4;
    case Iop_Add32Fx4: return Iop_Sub32Fx4;
    case Iop_Sub32Fx4: return Iop_Add32Fx4;
    case Iop_Add32Fx8: return Iop_Sub32Fx8;
    case Iop_Sub32Fx8: return Iop_Add32Fx8;
    default: return Iop_INVALID;
    }
}

/* The second of a pair counts nothing: half of the two is as many as the first has. */
static Bool in_vain(struct stretch *s, const IRTriop *e)
{
    const IROp other = counterpart(e->op);
    if (other == Iop_INVALID || e->arg2->tag != Iex_RdTmp || e->arg3->tag != Iex_RdTmp)
        return False;
    const IRTemp a = e->arg2->Iex.RdTmp.tmp, b = e->arg3->Iex.RdTmp.tmp;
    for (Int i = 0; i < s->vectors; i++) {
        struct vector *const v = &s->vector[i];
        if (v->op == other && ((v->a == a && v->b == b) || (v->a == b && v->b == a))) {
            *v = s->vector[--s->vectors];
            return True;
        }
    }
    if (s->vectors < VECTORS_MOST)
        s->vector[s->vectors++] = (struct vector){e->op, a, b};
    return False;
}

static void add_expression(struct stretch *s, const IRExpr *e)
{
    if (e->tag == Iex_Unop)
        add_operation(s, e->Iex.Unop.op);
    else if (e->tag == Iex_Binop)
        add_operation(s, e->Iex.Binop.op);
    else if (e->tag == Iex_Triop && !in_vain(s, e->Iex.Triop.details))
        add_operation(s, e->Iex.Triop.details->op);
    else if (e->tag == Iex_Qop)
        add_operation(s, e->Iex.Qop.details->op);
}

/* total.count[i] += the stretch's, in the block's own code. */
static void flush(IRSB *out, struct stretch *s)
{
    for (Int i = 0; i < OPS_KINDS; i++) {
        if (!s->count[i])
            continue;
        const IRTemp old = newIRTemp(out->tyenv, Ity_I64), new = newIRTemp(out->tyenv, Ity_I64);
        IRExpr *const address = IRExpr_Const(IRConst_U64((ULong)(Addr)&total.count[i]));
        IRExpr *const more = IRExpr_Const(IRConst_U64((ULong)s->count[i]));
        addStmtToIRSB(out, IRStmt_WrTmp(old, IRExpr_Load(Iend_LE, Ity_I64, address)));
        addStmtToIRSB(out, IRStmt_WrTmp(new, IRExpr_Binop(Iop_Add64, IRExpr_RdTmp(old), more)));
        addStmtToIRSB(out, IRStmt_Store(Iend_LE, address, IRExpr_RdTmp(new)));
        s->count[i] = 0;
    }
}

static Bool counted(Addr instruction)
{
    DebugInfo *const object = VG_(find_DebugInfo)(VG_(current_DiEpoch)(), instruction);
    const HChar *const name = object ? VG_(DebugInfo_get_filename)(object) : NULL;
    return name && (VG_(strstr)(name, "blas") || VG_(strstr)(name, "lapack"));
}

static IRSB *instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout, const VexGuestExtents *extents,
                        const VexArchInfo *arch, IRType guest_word, IRType host_word)
{
    static struct stretch s; /* too large for the stack of a tool; blocks are translated one at a time */
    s.vectors = 0;
    Bool here = False;
    IRSB *const out = deepCopyIRSBExceptStmts(in);
    for (Int i = 0; i < in->stmts_used; i++) {
        const IRStmt *const statement = in->stmts[i];
        if (statement->tag == Ist_IMark) {
            here = counted((Addr)statement->Ist.IMark.addr);
        } else if (statement->tag == Ist_WrTmp && here) {
            add_expression(&s, statement->Ist.WrTmp.data);
        } else if (statement->tag == Ist_Exit) {
            flush(out, &s);
        }
        addStmtToIRSB(out, in->stmts[i]);
    }
    flush(out, &s);
    return out;
}

static Bool answer(ThreadId thread, UWord *args, UWord *result)
{
    if (args[0] != OPERATIONS_READ)
        return False;
    *(struct operations *)args[1] = total;
    *result = 1;
    return True;
}

static void start(void)
{
}

static void end(Int status)
{
    VG_(umsg)
    ("adds %llu mults %llu divs %llu sqrts %llu fmas %llu\n", total.count[OPS_ADDS], total.count[OPS_MULTS],
     total.count[OPS_DIVS], total.count[OPS_SQRTS], total.count[OPS_FMAS]);
}

static void before_options(void)
{
    VG_(details_name)("flopgrind");
    VG_(details_description)("counts the floating-point operations of BLAS and LAPACK");
    VG_(details_copyright_author)("");
    VG_(details_bug_reports_to)("the flopshim authors");
    VG_(basic_tool_funcs)(start, instrument, end);
    VG_(needs_client_requests)(answer);
}

VG_DETERMINE_INTERFACE_VERSION(before_options)
