! Markers for Fortran: the functions of flopshim.h, which says what each does. Compile this file with the program; it links
! to nothing, and where libflopshim.so is not preloaded each function returns FLOPSHIM_NOT_LOADED and does nothing. FLOPs are
! 64-bit integers. On glibc before 2.34 link -ldl.
module flopshim
  use, intrinsic :: iso_c_binding
  implicit none
  private
  public :: flopshim_begin, flopshim_end, flopshim_push, flopshim_pop, flopshim_deduct, flopshim_usage, flopshim_cost
  public :: flopshim_reset, flopshim_write_summary, flopshim_used

  integer, parameter, public :: FLOPSHIM_OK = 0, FLOPSHIM_NOT_LOADED = -1, FLOPSHIM_NESTED = -2, FLOPSHIM_NOT_OPEN = -3
  integer, parameter, public :: FLOPSHIM_BAD_ARGUMENT = -4, FLOPSHIM_UNKNOWN = -5, FLOPSHIM_NO_SPACE = -6
  integer, parameter, public :: FLOPSHIM_REFUSED = -7
  integer, parameter, public :: FLOPSHIM_THREAD = 0, FLOPSHIM_PROCESS = 1

  ! struct flopshim_usage
  type, bind(c) :: flopshim_used
    integer(c_int64_t) :: flop_budget = 0
    integer(c_int64_t) :: flops_used = 0
    integer(c_int64_t) :: flops_remaining = 0
    integer(c_int64_t) :: calls = 0
    integer(c_int64_t) :: reserved(2) = 0
  end type

  ! struct flopshim_context
  type, bind(c) :: c_context
    type(c_ptr) :: namespace
    integer(c_int64_t) :: flop_budget
    real(c_double) :: multiplier
    integer(c_int) :: quiet
    integer(c_int) :: scope
    integer(c_int64_t) :: flops_used
    integer(c_int64_t) :: time_limit_ns = 0
    integer(c_int64_t) :: reserved(1) = 0
  end type

  abstract interface
    integer(c_int) function takes_nothing() bind(c)
      import :: c_int
    end function
    integer(c_int) function takes_text(text) bind(c)
      import :: c_int, c_char
      character(kind=c_char), intent(in) :: text(*)
    end function
    integer(c_int) function takes_context(context) bind(c)
      import :: c_int, c_context
      type(c_context), intent(in) :: context
    end function
    integer(c_int) function takes_usage(usage) bind(c)
      import :: c_int, flopshim_used
      type(flopshim_used), intent(out) :: usage
    end function
    integer(c_int) function takes_name_and_usage(name, usage) bind(c)
      import :: c_int, c_ptr, flopshim_used
      type(c_ptr), value :: name
      type(flopshim_used), intent(out) :: usage
    end function
    integer(c_int) function takes_name_and_cost(name, flop_cost) bind(c)
      import :: c_int, c_char, c_int64_t
      character(kind=c_char), intent(in) :: name(*)
      integer(c_int64_t), value :: flop_cost
    end function
    integer(c_int) function takes_question(routine, arguments, flop_cost) bind(c)
      import :: c_int, c_char, c_int64_t
      character(kind=c_char), intent(in) :: routine(*), arguments(*)
      integer(c_int64_t), intent(out) :: flop_cost
    end function
  end interface

  interface
    type(c_funptr) function dlsym(handle, name) bind(c, name='dlsym')
      import :: c_ptr, c_funptr, c_char
      type(c_ptr), value :: handle
      character(kind=c_char), intent(in) :: name(*)
    end function
  end interface

contains

  ! The preloaded library's function; false where there is none.
  logical function found(name, function)
    character(len=*), intent(in) :: name
    type(c_funptr), intent(out) :: function
    function = dlsym(c_null_ptr, name // c_null_char)
    found = c_associated(function)
  end function

  integer function flopshim_begin(namespace, flop_budget, multiplier, quiet, scope, flops_used) result(status)
    character(len=*), intent(in) :: namespace
    integer(c_int64_t), intent(in), optional :: flop_budget, flops_used
    real(c_double), intent(in), optional :: multiplier
    logical, intent(in), optional :: quiet
    integer, intent(in), optional :: scope
    character(kind=c_char, len=len_trim(namespace) + 1), target :: text
    type(c_context) :: context
    type(c_funptr) :: address
    procedure(takes_context), pointer :: begin_context
    status = FLOPSHIM_NOT_LOADED
    if (.not. found('flopshim_begin', address)) return
    text = trim(namespace) // c_null_char
    context = c_context(c_null_ptr, 0, 0, 0, FLOPSHIM_THREAD, 0)
    if (len_trim(namespace) > 0) context%namespace = c_loc(text)
    if (present(flop_budget)) context%flop_budget = flop_budget
    if (present(multiplier)) context%multiplier = multiplier
    if (present(quiet)) context%quiet = merge(1, 0, quiet)
    if (present(scope)) context%scope = scope
    if (present(flops_used)) context%flops_used = flops_used
    call c_f_procpointer(address, begin_context)
    status = begin_context(context)
  end function

  integer function flopshim_end(usage) result(status)
    type(flopshim_used), intent(out) :: usage
    type(c_funptr) :: address
    procedure(takes_usage), pointer :: end_context
    status = FLOPSHIM_NOT_LOADED
    if (.not. found('flopshim_end', address)) return
    call c_f_procpointer(address, end_context)
    status = end_context(usage)
  end function

  integer function flopshim_push(name) result(status)
    character(len=*), intent(in) :: name
    status = with_text('flopshim_push', name)
  end function

  integer function flopshim_pop() result(status)
    status = with_nothing('flopshim_pop')
  end function

  integer function flopshim_deduct(name, flop_cost) result(status)
    character(len=*), intent(in) :: name
    integer(c_int64_t), intent(in) :: flop_cost
    type(c_funptr) :: address
    procedure(takes_name_and_cost), pointer :: deduct
    status = FLOPSHIM_NOT_LOADED
    if (.not. found('flopshim_deduct', address)) return
    call c_f_procpointer(address, deduct)
    status = deduct(trim(name) // c_null_char, flop_cost)
  end function

  ! A namespace's total: what was done in it itself and in those dotted below it. An empty name asks for the whole process.
  integer function flopshim_usage(namespace, usage) result(status)
    character(len=*), intent(in) :: namespace
    type(flopshim_used), intent(out) :: usage
    character(kind=c_char, len=len_trim(namespace) + 1), target :: text
    type(c_ptr) :: name
    type(c_funptr) :: address
    procedure(takes_name_and_usage), pointer :: ask
    status = FLOPSHIM_NOT_LOADED
    if (.not. found('flopshim_usage', address)) return
    text = trim(namespace) // c_null_char
    name = c_null_ptr
    if (len_trim(namespace) > 0) name = c_loc(text)
    call c_f_procpointer(address, ask)
    status = ask(name, usage)
  end function

  integer function flopshim_cost(routine, arguments, flop_cost) result(status)
    character(len=*), intent(in) :: routine, arguments
    integer(c_int64_t), intent(out) :: flop_cost
    type(c_funptr) :: address
    procedure(takes_question), pointer :: price
    status = FLOPSHIM_NOT_LOADED
    flop_cost = 0
    if (.not. found('flopshim_cost', address)) return
    call c_f_procpointer(address, price)
    status = price(trim(routine) // c_null_char, trim(arguments) // c_null_char, flop_cost)
  end function

  integer function flopshim_reset() result(status)
    status = with_nothing('flopshim_reset')
  end function

  integer function flopshim_write_summary(path) result(status)
    character(len=*), intent(in) :: path
    status = with_text('flopshim_write_summary', path)
  end function

  integer function with_nothing(name) result(status)
    character(len=*), intent(in) :: name
    type(c_funptr) :: address
    procedure(takes_nothing), pointer :: function
    status = FLOPSHIM_NOT_LOADED
    if (.not. found(name, address)) return
    call c_f_procpointer(address, function)
    status = function()
  end function

  integer function with_text(name, text) result(status)
    character(len=*), intent(in) :: name, text
    type(c_funptr) :: address
    procedure(takes_text), pointer :: function
    status = FLOPSHIM_NOT_LOADED
    if (.not. found(name, address)) return
    call c_f_procpointer(address, function)
    status = function(trim(text) // c_null_char)
  end function
end module
