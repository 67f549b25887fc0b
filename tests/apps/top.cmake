# flopshim top: a program that counts when it is told to, and the tests that look at it meanwhile.
blas_program(on_demand "" ${APPS}/on_demand.c)
foreach(case frames json targets budget many usage)
  python_test(apps top_${case} test_top.py ${case})
endforeach()
foreach(case keys trees signals ended resize ends terminals)
  python_test(apps top_${case} test_top_screen.py ${case})
endforeach()
