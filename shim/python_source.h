/* What is defined in the interpreter at the first refusal: run in the namespace of a module `_flopshim` that lies in
 * sys.modules. The class is pickled as an expression, because neither the package `flopshim` nor the shim need exist where it
 * is unpickled: it finds the process's class there, or makes it from this text. */
static const char python_source[] =
    "import sys\n"
    "class BudgetExhaustedError(Exception):\n"
    "    \"\"\"A BLAS or LAPACK call was not run: it would cost more than the FLOP budget has left.\"\"\"\n"
    "    def __init__(self, op_name, flop_cost, flops_remaining):\n"
    "        self.op_name, self.flop_cost, self.flops_remaining = op_name, flop_cost, flops_remaining\n"
    "        super().__init__(f'{op_name} would cost {flop_cost:,} FLOPs but only {flops_remaining:,} remain')\n"
    "    def __reduce__(self):\n"
    "        values = self.op_name, self.flop_cost, self.flops_remaining\n"
    "        find_class = f'(lambda space, text: (exec(text, space), space[\"find\"]({source!r}, text))[1])({{}}, {find!r})'\n"
    "        return eval, (f'{find_class}(*{values!r})',), vars(self)\n"
    "BudgetExhaustedError.__module__ = 'flopshim'\n"
    "def watch():\n"
    "    threading = sys.modules.get('threading')\n"
    "    import _thread\n"
    "    if threading is None or threading.excepthook is not _thread._excepthook:\n"
    "        return\n"
    "    def excepthook(args, /):\n"
    "        sys.audit('flopshim.thread', args.exc_value)\n"
    "        _thread._excepthook(args)\n"
    "    threading.excepthook = excepthook\n";

/* Where an exception is unpickled. */
static const char python_find[] = "def find(source, text):\n"
                                  "    import ctypes, importlib, sys\n"
                                  "    try:\n"
                                  "        return importlib.import_module('flopshim').BudgetExhaustedError\n"
                                  "    except (ImportError, AttributeError):\n"
                                  "        pass\n"
                                  "    try:\n"
                                  "        make = ctypes.PyDLL(None).flopshim_python_exception\n"
                                  "        make.restype = ctypes.c_void_p\n"
                                  "        return ctypes.cast(make(), ctypes.py_object).value\n"
                                  "    except (AttributeError, ValueError):\n"
                                  "        pass\n"
                                  "    module = sys.modules.setdefault('_flopshim', type(sys)('_flopshim'))\n"
                                  "    if not hasattr(module, 'BudgetExhaustedError'):\n"
                                  "        module.find, module.source = text, source\n"
                                  "        exec(source, vars(module))\n"
                                  "    return module.BudgetExhaustedError\n";
