# The surroundings of a process: its start and ends, forks, files, signals, state. Which hazard is tested where:
# surroundings.md.

set(FAULTS ${CMAKE_CURRENT_SOURCE_DIR}/faults)

foreach(program ends acknowledge inside_dlopen late_threads forks state descriptors stepped no_malloc grow)
  blas_program(${program} "" ${FAULTS}/${program}.c)
endforeach()
blas_program(jumps "" ${FAULTS}/jumps.cpp)
target_link_libraries(inside_dlopen PRIVATE ${CMAKE_DL_LIBS})
target_link_libraries(state PRIVATE m)
set_target_properties(inside_dlopen PROPERTIES ENABLE_EXPORTS ON)
add_library(slow_library MODULE ${FAULTS}/slow_library.c)

# The library, not the program, is linked to the BLAS; the program finds the library by its path
add_library(early SHARED ${FAULTS}/early.c)
target_link_libraries(early PRIVATE ${BLAS_DIR}/blas/libblas.so Threads::Threads)
add_executable(early_main ${FAULTS}/early_main.c)
target_link_libraries(early_main PRIVATE early)

foreach(test ends kill jumps)
  python_test(faults ${test} test_${test}.py)
endforeach()
foreach(case around concurrent inside_dlopen late_threads)
  python_test(faults start_${case} test_start.py ${case})
endforeach()
foreach(case account vfork killed inside)
  python_test(faults forks_${case} test_forks.py ${case})
endforeach()
foreach(case registers descriptors clock malloc)
  python_test(faults state_${case} test_state.py ${case})
endforeach()
foreach(case full killed limited)
  python_test(faults space_${case} test_space.py ${case})
endforeach()
foreach(case one_name planted ledger atomic helpers pid_reuse)
  python_test(faults files_${case} test_files.py ${case})
endforeach()
