# clean_test(LABEL NAME [VARIABLE=VALUE]... PROGRAM [ARGUMENT]...): a test LABEL.NAME, started by clean.py in a stated environment.
# A test that cannot run says why and ends with status 77.
function(clean_test label name)
  add_test(NAME ${label}.${name} COMMAND /usr/bin/python3 -I ${CMAKE_SOURCE_DIR}/tests/clean.py ${ARGN})
  set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()
