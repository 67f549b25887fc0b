# flopshim doctor: programs that it has something to say of, beside those of faults/uncovered.cmake.
blas_program(opener "" ${APPS}/opener.c)
target_link_libraries(opener PRIVATE ${CMAKE_DL_LIBS})
add_library(private_blas SHARED ${APPS}/private_blas.c)
target_link_options(private_blas PRIVATE -s)
set_target_properties(private_blas PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})

foreach(case machine library folder environment findings damaged commands engines python privileged agreement usage json)
  python_test(apps doctor_${case} test_doctor.py ${case})
endforeach()
python_test(clients doctor test_doctor_clients.py)
