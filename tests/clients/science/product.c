/* The native method of Product.java. */
#include <cblas.h>
#include <jni.h>

enum { MOST = 64 };

JNIEXPORT jdouble JNICALL Java_Product_product(JNIEnv *env, jclass class, jdoubleArray a, jdoubleArray b, jint m, jint n,
                                               jint k)
{
    double c[MOST] = {0}, sum = 0;
    jdouble *left = (*env)->GetDoubleArrayElements(env, a, NULL), *right = (*env)->GetDoubleArrayElements(env, b, NULL);
    (void)class;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, left, k, right, n, 0, c, n);
    (*env)->ReleaseDoubleArrayElements(env, a, left, JNI_ABORT);
    (*env)->ReleaseDoubleArrayElements(env, b, right, JNI_ABORT);
    for (int i = 0; i < m * n; i++)
        sum += c[i];
    return sum;
}
