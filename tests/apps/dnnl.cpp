// Each kind of oneDNN's primitives that is counted, and one that is not, by its C++ interface, which is inline and calls the C
// one. usage: dnnl matmul|convolution|inner_product|rnn|race|sgemm [TIMES]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace dnnl;
using dims = memory::dims;
using tag = memory::format_tag;

static engine cpu(engine::kind::cpu, 0);
static stream queue(cpu);
static std::vector<std::vector<float>> held;

static memory::desc shape(const dims &d, tag t)
{
    return {d, memory::data_type::f32, t};
}

static memory make(const memory::desc &d)
{
    held.emplace_back(d.get_size() / sizeof(float) + 1);
    return {d, cpu, held.back().data()};
}

static void run(const primitive &p, const std::unordered_map<int, memory> &arguments)
{
    p.execute(queue, arguments);
    queue.wait();
}

static void matmuls()
{
    auto a = shape({3, 7}, tag::ab), b = shape({7, 5}, tag::ab), c = shape({3, 5}, tag::ab);
    matmul product({{a, b, c}, cpu});
    for (int i = 0; i < 2; i++) // 2 * 3 * 5 * 7, twice
        run(product, {{DNNL_ARG_SRC, make(a)}, {DNNL_ARG_WEIGHTS, make(b)}, {DNNL_ARG_DST, make(c)}});
    auto d = shape({2, 3, 7}, tag::abc), e = shape({1, 7, 5}, tag::abc), f = shape({2, 3, 5}, tag::abc);
    run(matmul({{d, e, f}, cpu}),
        {{DNNL_ARG_SRC, make(d)}, {DNNL_ARG_WEIGHTS, make(e)}, {DNNL_ARG_DST, make(f)}}); // twice that

    // The rows are known at execution: 3, then 4
    dims any = {DNNL_RUNTIME_DIM_VAL, 7}, any_result = {DNNL_RUNTIME_DIM_VAL, 5};
    matmul late({{shape(any, tag::ab), b, shape(any_result, tag::ab)}, cpu});
    for (int rows = 3; rows <= 4; rows++)
        run(late, {{DNNL_ARG_SRC, make(shape({rows, 7}, tag::ab))},
                   {DNNL_ARG_WEIGHTS, make(b)},
                   {DNNL_ARG_DST, make(shape({rows, 5}, tag::ab))}});

    eltwise_forward relu({{prop_kind::forward, algorithm::eltwise_relu, c, 0.f}, cpu});
    run(relu, {{DNNL_ARG_SRC, make(c)}, {DNNL_ARG_DST, make(c)}}); // not counted
}

static void convolutions()
{
    // 2 images of 4 channels of 8 x 8, a window of 3 x 3, 6 channels of 6 x 6: in one group, and in two
    auto source = shape({2, 4, 8, 8}, tag::nchw), result = shape({2, 6, 6, 6}, tag::nchw);
    auto one = shape({6, 4, 3, 3}, tag::oihw), two = shape({2, 3, 2, 3, 3}, tag::goihw);
    const dims step = {1, 1}, none = {0, 0};
    const auto direct = algorithm::convolution_direct;
    for (auto &weights : {one, two}) {
        convolution_forward::primitive_desc forward(
            {prop_kind::forward_training, direct, source, weights, result, step, none, none}, cpu);
        run(convolution_forward(forward),
            {{DNNL_ARG_SRC, make(source)}, {DNNL_ARG_WEIGHTS, make(weights)}, {DNNL_ARG_DST, make(result)}});
        convolution_backward_data back({{direct, source, weights, result, step, none, none}, cpu, forward});
        run(back, {{DNNL_ARG_DIFF_SRC, make(source)}, {DNNL_ARG_WEIGHTS, make(weights)}, {DNNL_ARG_DIFF_DST, make(result)}});
        convolution_backward_weights learn({{direct, source, weights, result, step, none, none}, cpu, forward});
        run(learn, {{DNNL_ARG_SRC, make(source)}, {DNNL_ARG_DIFF_WEIGHTS, make(weights)}, {DNNL_ARG_DIFF_DST, make(result)}});
    }
    // Turned round: 6 channels of 6 x 6 to 4 of 8 x 8
    auto turned = shape({4, 6, 3, 3}, tag::oihw);
    deconvolution_forward::primitive_desc forward(
        {prop_kind::forward_training, algorithm::deconvolution_direct, result, turned, source, step, none, none}, cpu);
    run(deconvolution_forward(forward),
        {{DNNL_ARG_SRC, make(result)}, {DNNL_ARG_WEIGHTS, make(turned)}, {DNNL_ARG_DST, make(source)}});
    deconvolution_backward_data back(
        {{algorithm::deconvolution_direct, result, turned, source, step, none, none}, cpu, forward});
    run(back, {{DNNL_ARG_DIFF_SRC, make(result)}, {DNNL_ARG_WEIGHTS, make(turned)}, {DNNL_ARG_DIFF_DST, make(source)}});
}

static void inner_products()
{
    // 3 images of 2 channels of 2 x 2, to 5 values
    auto source = shape({3, 2, 2, 2}, tag::nchw), weights = shape({5, 2, 2, 2}, tag::oihw), result = shape({3, 5}, tag::nc);
    inner_product_forward::primitive_desc forward({prop_kind::forward_training, source, weights, result}, cpu);
    run(inner_product_forward(forward),
        {{DNNL_ARG_SRC, make(source)}, {DNNL_ARG_WEIGHTS, make(weights)}, {DNNL_ARG_DST, make(result)}});
    inner_product_backward_data back({{source, weights, result}, cpu, forward});
    run(back, {{DNNL_ARG_DIFF_SRC, make(source)}, {DNNL_ARG_WEIGHTS, make(weights)}, {DNNL_ARG_DIFF_DST, make(result)}});
    inner_product_backward_weights learn({{source, weights, result}, cpu, forward});
    run(learn, {{DNNL_ARG_SRC, make(source)}, {DNNL_ARG_DIFF_WEIGHTS, make(weights)}, {DNNL_ARG_DIFF_DST, make(result)}});
}

static void rnns()
{
    // An LSTM of 5 steps of 2 sequences, 3 values in and 4 out: weights of 3 x 4 x 4 and of 4 x 4 x 4
    auto source = shape({5, 2, 3}, tag::tnc), result = shape({5, 2, 4}, tag::tnc), state = shape({1, 1, 2, 4}, tag::ldnc);
    auto layer = shape({1, 1, 3, 4, 4}, tag::ldigo), iter = shape({1, 1, 4, 4, 4}, tag::ldigo),
         bias = shape({1, 1, 4, 4}, tag::ldgo);
    lstm_forward::primitive_desc forward({prop_kind::forward_inference, rnn_direction::unidirectional_left2right, source, state,
                                          state, layer, iter, bias, result, state, state},
                                         cpu);
    run(lstm_forward(forward), {{DNNL_ARG_SRC_LAYER, make(source)},
                                {DNNL_ARG_SRC_ITER, make(state)},
                                {DNNL_ARG_SRC_ITER_C, make(state)},
                                {DNNL_ARG_WEIGHTS_LAYER, make(layer)},
                                {DNNL_ARG_WEIGHTS_ITER, make(iter)},
                                {DNNL_ARG_BIAS, make(bias)},
                                {DNNL_ARG_DST_LAYER, make(result)},
                                {DNNL_ARG_DST_ITER, make(state)},
                                {DNNL_ARG_DST_ITER_C, make(state)}});
}

// Threads execute a primitive that no one has executed; the next one, of another size, most likely has its address.
static void races()
{
    for (memory::dim k : {7, 8}) {
        auto a = shape({3, k}, tag::ab), b = shape({k, 5}, tag::ab), c = shape({3, 5}, tag::ab);
        matmul product({{a, b, c}, cpu});
        std::vector<std::thread> threads;
        std::atomic<int> waiting{4};
        for (int i = 0; i < 4; i++) {
            std::unordered_map<int, memory> given{
                {DNNL_ARG_SRC, make(a)}, {DNNL_ARG_WEIGHTS, make(b)}, {DNNL_ARG_DST, make(c)}};
            threads.emplace_back([&product, &waiting, given] {
                for (waiting--; waiting > 0;)
                    std::this_thread::yield();
                run(product, given);
            });
        }
        for (auto &thread : threads)
            thread.join();
    }
    held.clear();
}

static void sgemms()
{
    std::vector<float> a(100), b(100), c(100);
    sgemm('N', 'N', 3, 5, 7, 1, a.data(), 7, b.data(), 5, 0, c.data(), 5);
    sgemm('T', 't', 3, 5, 7, 1, a.data(), 3, b.data(), 7, 0, c.data(), 5);
    if (dnnl_sgemm('N', 'N', 3, 5, 7, 1, a.data(), 6, b.data(), 5, 0, c.data(), 5) != dnnl_invalid_arguments) // lda < k
        abort();
}

int main(int argc, char **argv)
{
    const std::string what = argv[1];
    try {
        for (int i = argc > 2 ? atoi(argv[2]) : 1; i > 0; i--)
            what == "matmul"          ? matmuls()
            : what == "convolution"   ? convolutions()
            : what == "inner_product" ? inner_products()
            : what == "rnn"           ? rnns()
            : what == "race"          ? races()
                                      : sgemms();
    } catch (const error &e) {
        printf("%s\n", e.what());
        return 3;
    }
    printf("ran\n");
    return 0;
}
