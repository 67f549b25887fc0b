! Calls from two subroutines: test_callers.py and test_calls.py know them.
subroutine forward(c)
  implicit none
  double precision :: c(8, 8), a(8, 8)
  a = 1
  call dgemm('N', 'N', 2, 3, 4, 1d0, a, 8, a, 8, 0d0, c, 8)
  c(1, 1) = c(1, 1) + 1
end subroutine

subroutine backward(c, s)
  implicit none
  double precision :: c(8, 8), s
  double precision, external :: ddot
  call dgemm('T', 'N', 4, 4, 4, 1d0, c, 8, c, 8, 0d0, c, 8)
  s = ddot(5, c, 1, c, 1) + 1
end subroutine

program callers_f
  implicit none
  double precision :: c(8, 8), s
  integer :: i
  c = 1
  do i = 1, 3
    call forward(c)
  end do
  call backward(c, s)
  if (s < 0) stop 1
end program
