// dlib's expressions, which become BLAS and LAPACK calls where it is built with them.
#include <dlib/matrix.h>
#include <iostream>

int main()
{
    dlib::matrix<double> a = dlib::ones_matrix<double>(3, 4), b = 2 * dlib::ones_matrix<double>(4, 5), c = a * b;
    dlib::matrix<double> s = dlib::identity_matrix<double>(6) * 3;
    dlib::eigenvalue_decomposition<dlib::matrix<double>> values(dlib::make_symmetric(s));
    std::cout << dlib::sum(c) << ' ' << dlib::sum(values.get_real_eigenvalues()) << '\n';
}
