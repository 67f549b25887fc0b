! As ranks_f.f90, with the module mpi_f08, and a level of threads.
program ranks_f08
  use mpi_f08
  implicit none
  integer :: rank, provided, i
  double precision :: x(100), s, ddot
  external ddot
  call MPI_Init_thread(MPI_THREAD_FUNNELED, provided)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  x = 1
  s = 0
  do i = 1, rank + 1
    s = s + ddot(100, x, 1, x, 1)
  end do
  call MPI_Finalize()
  if (s /= 100 * (rank + 1)) stop 1
end program
