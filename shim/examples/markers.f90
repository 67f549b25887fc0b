! Marks two parts of a program: counted where libflopshim.so is preloaded, the same program without it.
! Build: gfortran $(pkg-config --variable=fortran flopshim) markers.f90 -lblas; run: flopshim run -- ./a.out
program markers
  use, intrinsic :: iso_c_binding
  use flopshim
  implicit none
  integer, parameter :: n = 256
  double precision :: w(n, n), x(n), y(n)
  type(flopshim_used) :: used
  integer(c_int64_t) :: flop_cost
  integer :: status
  external :: dgemv

  w = 1
  x = 1
  status = flopshim_begin('forward', flop_budget=10000000_c_int64_t, quiet=.true.)
  call dgemv('N', n, n, 1d0, w, n, x, 1, 0d0, y, 1)
  status = flopshim_push('attn')
  call dgemv('N', n, n, 1d0, w, n, x, 1, 0d0, y, 1)
  status = flopshim_pop()
  status = flopshim_deduct('softmax', 1000_c_int64_t)
  status = flopshim_end(used)
  if (status == FLOPSHIM_NOT_LOADED) then
    print '(a)', 'forward: libflopshim.so is not preloaded'
  else
    print '(a,i0,a,i0,a,i0,a)', 'forward: ', used%flops_used, ' FLOPs in ', used%calls, ' calls, ', used%flops_remaining, ' remain'
  end if
  status = flopshim_cost('dgemv', 'm=256 n=256', flop_cost)
  if (status == FLOPSHIM_OK) print '(a,i0,a)', 'a call costs ', flop_cost, ' FLOPs'
  print '(a,f0.1)', 'y = ', y(1)
end program
