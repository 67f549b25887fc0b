# Bad input: libFuzzer targets with address and undefined-behaviour sanitizers. libFuzzer is clang's and flopshim builds with
# gcc, so these are built apart, from the sources that each needs. README.md says how to run them for longer.
set(FUZZ ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
set(FUZZ_TARGETS env ledger json markers cost output)
find_program(FUZZ_CLANG clang-14)

# Beside whole rooms
set(FUZZ_PROGRAM field json_counts json_shapes json_read)
set(FUZZ_ENV config_parse config_values multiplier origin out_save own_stack pages path procfs signals spelling weights)
set(FUZZ_MARKERS account/account account/barrier account/by_name account/call_log account/callers account/closing account/grant
    account/oplog account/others account/refusal account/share account/shape_table account/shapes account/tally account/thread
    account/time_limit account/used
    call/charge call/detail call/frames call/refuse
    markers/calls markers/context markers/scopes markers/tallies markers/usage process/banner process/end process/enter process/fork
    process/job_check process/preloaded process/so_far process/start process/starts process/summaries process/tree process/unseen
    provider/engines provider/looks)
list(TRANSFORM FUZZ_PROGRAM REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/report/program/read/\\1.c")
list(TRANSFORM FUZZ_ENV REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/shim/base/\\1.c")
list(TRANSFORM FUZZ_MARKERS REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/shim/\\1.c")

set(FUZZ_FLAGS -g -O1 -fno-sanitize-recover=all -std=gnu11 -D_GNU_SOURCE -DFLOPSHIM_INSIDE -DFLOPSHIM_VERSION="${PROJECT_VERSION}"
               -Wall -Wextra -Werror -I${GENERATED} -I${CMAKE_CURRENT_SOURCE_DIR}/unit)
foreach(folder cost report/program/read report/summary shim shim/account shim/base shim/call shim/elf shim/ledger shim/markers
        shim/process shim/provider shim/python)
  list(APPEND FUZZ_FLAGS -I${CMAKE_SOURCE_DIR}/${folder})
endforeach()

function(fuzz_object source object)
  add_custom_command(
    OUTPUT ${object} DEPENDS ${source} generate DEPFILE ${object}.d VERBATIM COMMENT "Building fuzz object ${object}"
    COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${FUZZ_CLANG} ${FUZZ_FLAGS} -fsanitize=fuzzer-no-link,address,undefined -MMD -MF
            ${object}.d -MT ${object} -c ${source} -o ${object})
endfunction()

# Objects go to the variable `out`; one of each source, whoever asks for it.
function(fuzz_objects out)
  set(objects)
  foreach(source ${ARGN})
    string(REPLACE "${CMAKE_BINARY_DIR}/" "" name ${source})
    string(REPLACE "${CMAKE_SOURCE_DIR}/" "" name ${name})
    string(REPLACE "/" "_" name ${name})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/fuzz/${name}.o)
    get_property(known GLOBAL PROPERTY FUZZ_OBJECTS)
    if(NOT object IN_LIST known)
      fuzz_object(${source} ${object})
      set_property(GLOBAL APPEND PROPERTY FUZZ_OBJECTS ${object})
    endif()
    list(APPEND objects ${object})
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

function(fuzz_program name)
  if(FLOPSHIM_COVERAGE)
    fuzz_replay(${name} ${ARGN})
    return()
  endif()
  fuzz_objects(objects ${FUZZ}/fuzz_${name}.c ${ARGN})
  set(program ${CMAKE_CURRENT_BINARY_DIR}/fuzz_${name})
  add_custom_command(OUTPUT ${program} DEPENDS ${objects} VERBATIM COMMENT "Linking fuzz_${name}"
                     COMMAND ${FUZZ_CLANG} -fsanitize=fuzzer,address,undefined ${objects} -ljansson -lm -o ${program})
  add_custom_target(build_fuzz_${name} ALL DEPENDS ${program})
endfunction()

# gcov counts what gcc compiled: the corpus is run once, and nothing is fuzzed.
function(fuzz_replay name)
  add_executable(fuzz_${name} ${FUZZ}/fuzz_${name}.c ${FUZZ}/replay.c ${ARGN})
  target_include_directories(fuzz_${name} PRIVATE $<TARGET_PROPERTY:parts,INCLUDE_DIRECTORIES> ${CMAKE_CURRENT_SOURCE_DIR}/unit
                                                  ${CMAKE_SOURCE_DIR}/report/program/read)
  target_compile_definitions(fuzz_${name} PRIVATE FLOPSHIM_INSIDE)
  target_link_libraries(fuzz_${name} PRIVATE flopshim_options PkgConfig::JANSSON m)
  add_dependencies(fuzz_${name} generate)
  keep_counts(fuzz_${name})
  clean_test(fuzz ${name} $<TARGET_FILE:fuzz_${name}> ${FUZZ}/corpus/${name})
endfunction()

if(FUZZ_CLANG AND NOT FLOPSHIM_SANITIZE)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  foreach(room cost base elf ledger ledger_writing summary)
    get_target_property(${room}_sources ${room} SOURCES)
    list(TRANSFORM ${room}_sources PREPEND ${CMAKE_SOURCE_DIR}/ REGEX "^[^/]")
  endforeach()
  set(common ${cost_sources} ${base_sources} ${ledger_sources} ${summary_sources} ${FUZZ_PROGRAM})
  fuzz_program(env ${FUZZ_ENV} ${cost_sources})
  fuzz_program(cost ${cost_sources})
  foreach(name ledger json output)
    fuzz_program(${name} ${common})
  endforeach()
  fuzz_program(markers ${common} ${elf_sources} ${ledger_writing_sources} ${FUZZ_MARKERS})
endif()

if(FLOPSHIM_COVERAGE)
  return()
endif()
foreach(target ${FUZZ_TARGETS})
  python_test(fuzz ${target} test_fuzz.py ${target})
endforeach()
