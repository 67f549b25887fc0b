# What the shim cannot see: plugins, static libraries, programs that the loader does not preload into.
set(FAULTS ${CMAKE_CURRENT_SOURCE_DIR}/faults)

blas_program(uncovered "" ${FAULTS}/uncovered.c)
add_library(plugin SHARED ${FAULTS}/plugin.c)
target_link_libraries(plugin PRIVATE ${BLAS_DIR}/blas/libblas.so)
add_library(wrapper SHARED ${FAULTS}/wrapper.c)
target_link_libraries(wrapper PRIVATE ${BLAS_DIR}/blas/libblas.so)
# Debian's static libraries; exclude-libs hides their symbols, as whoever links a BLAS into a plugin does
add_library(plugin_static SHARED ${FAULTS}/plugin.c)
target_link_libraries(plugin_static PRIVATE ${BLAS_DIR}/openblas-pthread/libopenblas.a gfortran m Threads::Threads)
target_link_options(plugin_static PRIVATE -Wl,--exclude-libs,ALL)
foreach(library blas openblas-pthread)
  add_executable(uncovered_${library} ${FAULTS}/uncovered.c)
  target_link_libraries(uncovered_${library} PRIVATE ${BLAS_DIR}/${library}/libblas.a gfortran m Threads::Threads)
endforeach()
add_executable(uncovered_stripped ${FAULTS}/uncovered.c)
target_link_libraries(uncovered_stripped PRIVATE ${BLAS_DIR}/openblas-pthread/libblas.a gfortran m Threads::Threads -s)
foreach(target plugin plugin_static wrapper)
  set_target_properties(${target} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
                                             SKIP_BUILD_RPATH TRUE)
endforeach()

foreach(kind static static-pie)
  add_executable(hello_${kind} ${FAULTS}/hello.c)
  target_link_options(hello_${kind} PRIVATE -${kind})
endforeach()
set_target_properties(hello_static-pie PROPERTIES POSITION_INDEPENDENT_CODE ON)
find_program(MUSL_GCC musl-gcc REQUIRED)
add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/hello_musl DEPENDS ${FAULTS}/hello.c VERBATIM
                   COMMAND ${MUSL_GCC} -o ${CMAKE_CURRENT_BINARY_DIR}/hello_musl ${FAULTS}/hello.c)
add_custom_target(musl_program ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/hello_musl)

foreach(case pointers inside starts unopened privileged run)
  python_test(faults uncovered_${case} test_uncovered.py ${case})
endforeach()
