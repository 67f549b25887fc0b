! As ranks.c, in Fortran with mpif.h: rank r makes r + 1 dots.
program ranks_f
  implicit none
  include 'mpif.h'
  integer :: rank, error, i
  double precision :: x(100), s, ddot
  external ddot
  call MPI_Init(error)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, error)
  x = 1
  s = 0
  do i = 1, rank + 1
    s = s + ddot(100, x, 1, x, 1)
  end do
  call MPI_Finalize(error)
  if (s /= 100 * (rank + 1)) stop 1
end program
