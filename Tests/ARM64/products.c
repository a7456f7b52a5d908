/* The OpenBLAS functions that the kernels call, by their definition: enough to check the kernels. */
#include <cblas.h>

void openblas_set_num_threads(int count) { (void)count; }

void cblas_sgemm(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE transpose_a, const enum CBLAS_TRANSPOSE transpose_b,
                 const blasint m, const blasint n, const blasint k, const float alpha, const float *a, const blasint lda,
                 const float *b, const blasint ldb, const float beta, float *c, const blasint ldc) {
  (void)order;
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      float sum = 0;
      for (long p = 0; p < k; p++)
        sum += (transpose_a == CblasTrans ? a[p * lda + i] : a[i * lda + p]) *
               (transpose_b == CblasTrans ? b[j * ldb + p] : b[p * ldb + j]);
      c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
    }
}
