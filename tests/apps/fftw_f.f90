! FFTW's interface of old Fortran, in two precisions: the plan is an integer that the planner fills in, all goes by reference.
program fftw_f
  implicit none
  include 'fftw3.f'
  integer(8) :: plan, other
  complex(8) :: a(4096), b(4096)
  complex(4) :: c(4096), d(4096)
  real(8) :: x(4096), y(4096)
  integer :: n(2) = [4, 8], eight(1) = 8, one(1) = 1, many(2) = [3, 2], step(2) = [8, 24]

  a = 0; b = 0; c = 0; d = 0; x = 0; y = 0
  call dfftw_plan_dft_1d(plan, 16, a, b, FFTW_FORWARD, FFTW_ESTIMATE)
  call dfftw_execute(plan)
  call dfftw_execute_dft(plan, b, a)
  call dfftw_destroy_plan(plan)
  call dfftw_plan_dft_2d(plan, 4, 8, a, b, FFTW_FORWARD, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_dft_3d(plan, 2, 4, 16, a, b, FFTW_FORWARD, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_dft(plan, 2, n, a, b, FFTW_BACKWARD, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_many_dft(plan, 2, n, 5, a, n, 1, 32, b, n, 1, 32, FFTW_FORWARD, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_guru_dft(plan, 1, eight, one, one, 2, many, step, step, a, b, FFTW_FORWARD, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_dft_r2c_1d(plan, 32, x, b, FFTW_ESTIMATE)
  call run(plan)
  call dfftw_plan_dft_c2r_2d(plan, 4, 8, a, y, FFTW_ESTIMATE)
  call dfftw_execute_dft_c2r(plan, a, y)
  call dfftw_destroy_plan(plan)
  call dfftw_plan_r2r_1d(plan, 16, x, y, FFTW_REDFT10, FFTW_ESTIMATE)
  call run(plan)
  call sfftw_plan_dft_1d(plan, 16, c, d, FFTW_FORWARD, FFTW_ESTIMATE)
  call sfftw_plan_dft_1d(other, 64, c, d, FFTW_FORWARD, FFTW_ESTIMATE)
  call sfftw_execute(other)
  call sfftw_execute(plan)
  call sfftw_destroy_plan(plan)
  call sfftw_destroy_plan(other)
  print *, 'ran'

contains

  subroutine run(p)
    integer(8), intent(inout) :: p
    if (p == 0) stop 1
    call dfftw_execute(p)
    call dfftw_destroy_plan(p)
  end subroutine run
end program fftw_f
