# keep_counts(TARGET): its processes keep the counts of lines also where they end by _exit or by the system call.
if(FLOPSHIM_COVERAGE)
  add_library(coverage_ends OBJECT ${CMAKE_CURRENT_LIST_DIR}/ends.c)
  set_target_properties(coverage_ends PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
endif()

function(keep_counts target)
  if(FLOPSHIM_COVERAGE)
    target_link_libraries(${target} PRIVATE coverage_ends)
    target_link_options(${target} PRIVATE -Wl,--wrap=_exit -Wl,--wrap=syscall -Wl,--wrap=on_exit -Wl,--wrap=forward_next)
  endif()
endfunction()

keep_counts(flopshim)
keep_counts(flopshim_program)
