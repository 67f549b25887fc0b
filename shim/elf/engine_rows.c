/* The engines that are known: a row each, and how a pattern of one is read. shim/README.md says what each was tried on. */
#include "engine_rows.h"

#define OWN_PRODUCTS "multiplies matrices of its own "
#define ON_A_GPU "computes on a GPU "
#define CUDA "libcuda.so*"
#define ROCM "libhsa-runtime64.so*"

const struct engine engines[] = {
    {.file = "libtorch_cpu.so*",
     .without = "libdnnl.so*",
     .does = OWN_PRODUCTS "(oneDNN)",
     .lacks = "convolutions and bfloat16 products are not counted, unless flopshim.torch counts them"},
    {.exports = "bli_gemm", .does = OWN_PRODUCTS "(BLIS)", .lacks = "products by functions named bli_* are not counted"},
    {.file = "libblis*.so*",
     .calls = {"bli_*gem*", "bli_*dot*"},
     .does = OWN_PRODUCTS "(BLIS)",
     .lacks = "products by functions named bli_* are not counted"},
    {.file = "libtensorflow_cc.so*",
     .does = OWN_PRODUCTS "(Eigen, oneDNN)",
     .lacks = "products and convolutions are not counted"},
    {.file = "libjax_common.so*",
     .does = OWN_PRODUCTS "(Eigen, XLA)",
     .lacks = "products and convolutions are not counted, factorisations are"},
    {.file = "onnxruntime_pybind11_state*.so", .does = OWN_PRODUCTS "(MLAS)", .lacks = "what a model computes is not counted"},
    {.file = "libonnxruntime.so*", .does = OWN_PRODUCTS "(MLAS)", .lacks = "what a model computes is not counted"},
    {.file = "libxgboost*.so*", .does = "builds trees in loops of its own (XGBoost)", .lacks = "they are not counted"},
    {.file = "lib_lightgbm*.so*", .does = "builds trees in loops of its own (LightGBM)", .lacks = "they are not counted"},
    {.file = "libgsl.so*",
     .calls = {"gsl_eigen_*", "gsl_fft_*"},
     .does = "computes eigenvalues and Fourier transforms in loops of its own (GSL)",
     .lacks = "they are not counted; what it calls cblas for is"},
    {.file = "libcublas*.so*", .driver = CUDA, .does = ON_A_GPU "(cuBLAS)", .lacks = "that is not counted"},
    {.file = "libcusolver*.so*", .driver = CUDA, .does = ON_A_GPU "(cuSOLVER)", .lacks = "that is not counted"},
    {.file = "libnvblas.so*",
     .driver = CUDA,
     .before_shim = true,
     .does = ON_A_GPU "(NVBLAS)",
     .lacks = "calls that reach it first are not counted; preload it after libflopshim.so"},
    {.file = "librocblas.so*", .driver = ROCM, .does = ON_A_GPU "(rocBLAS)", .lacks = "that is not counted"},
    {.file = "librocsolver.so*", .driver = ROCM, .does = ON_A_GPU "(rocSOLVER)", .lacks = "that is not counted"},
    {.file = "libhipblas*.so*", .driver = ROCM, .does = ON_A_GPU "(hipBLAS)", .lacks = "that is not counted"},
};
const size_t engine_count = sizeof engines / sizeof *engines;
_Static_assert(sizeof engines / sizeof *engines <= 32, "a search has 32 bits");

bool engine_matches(const char *text, const char *pattern)
{
    for (; *pattern != '*'; text++, pattern++)
        if (*text != *pattern || !*text)
            return *text == *pattern;
    for (pattern++; !engine_matches(text, pattern); text++)
        if (!*text)
            return false;
    return true;
}
