# A sanitized build is tested like any other: the same programs, not sanitized themselves, under a library that is. The
# library's runtime has to come first in LD_PRELOAD (harness.py).
if(NOT FLOPSHIM_SANITIZE)
  return()
endif()

set(RUNTIMES "address=libasan.so" "thread=libtsan.so")
foreach(entry ${RUNTIMES})
  string(REPLACE "=" ";" entry ${entry})
  list(GET entry 0 sanitizer)
  list(GET entry 1 runtime)
  if(FLOPSHIM_SANITIZE MATCHES ${sanitizer})
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=${runtime} OUTPUT_VARIABLE path
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    file(REAL_PATH ${path} path)
    list(APPEND TEST_ENVIRONMENT "FLOPSHIM_RUNTIME=${path}")
  endif()
endforeach()
# Leaks are not looked for: interpreters leave their memory to the kernel. TSan looks at accesses of our code only: it cannot
# see how OpenBLAS's threads agree (its memset of a buffer on two of them is reported as a race).
# It does not sleep at the end either: threads that a summary holds would be let go.
list(APPEND TEST_ENVIRONMENT "FLOPSHIM_SANITIZE=${FLOPSHIM_SANITIZE}" "ASAN_OPTIONS=detect_leaks=0"
                             "TSAN_OPTIONS=ignore_noninstrumented_modules=1 atexit_sleep_ms=0")
