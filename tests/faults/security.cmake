# Programs that want to escape their budget, other users, hostile files (SECURITY.md).

blas_program(attack "" ${CMAKE_CURRENT_SOURCE_DIR}/faults/attack.c)
target_include_directories(attack PRIVATE ${CMAKE_SOURCE_DIR}/shim/base ${CMAKE_SOURCE_DIR}/shim/ledger)
foreach(case honest written_over removed late at_once unseen preload others)
  python_test(faults security_${case} test_security.py ${case})
endforeach()
foreach(case ledgers json special escapes)
  python_test(faults security_hostile_${case} test_hostile.py ${case})
endforeach()
