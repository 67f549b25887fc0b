! Fortran's own calls: character lengths hidden behind the arguments, complex functions, lower-case options.
program blas_f
  implicit none
  integer, parameter :: n = 6
  double precision :: a(n, n), b(n, n), c(n, n), x(n), ddot, dnrm2
  double complex :: z(n), zdotc, zdotu
  complex :: w(n), cdotc
  real :: sdot, r(n)
  external :: ddot, dnrm2, zdotc, zdotu, cdotc, sdot, dgemm, dtrsm, dsymv
  integer :: i, j
  do j = 1, n
    do i = 1, n
      a(i, j) = 1d0 / (i + j); b(i, j) = i - j; c(i, j) = 0
    end do
    x(j) = j; r(j) = real(j); z(j) = cmplx(j, 1, kind(1d0)); w(j) = cmplx(j, 2)
  end do
  call dgemm('n', 'Transpose', 4, 3, 5, 1d0, a, n, b, n, 0d0, c, n)
  call dtrsm('right', 'u', 'n', 'Non-unit', 2, 3, 1d0, a, n, c, n)
  call dsymv('L', 4, 1d0, a, n, x, 1, 0d0, b, 1)
  print '(3f12.6)', c(1:2, 1:3), b(1:4, 1)
  print '(3f12.6)', ddot(n, x, 1, x, -1), dnrm2(n, x, 1), sdot(3, r, 2, r, 2)
  print '(6f12.6)', zdotc(n, z, 1, z, 1), zdotu(5, z, 1, z, 1), cdotc(4, w, 1, w, 1)
end program
