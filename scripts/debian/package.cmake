# The Debian package, by cpack (scripts/deb.sh). Manual pages and the changelog are compressed, as its policy asks for.
target_link_options(flopshim_program PRIVATE -Wl,-z,relro -Wl,-z,now)
target_compile_definitions(flopshim_program PRIVATE _FORTIFY_SOURCE=2)
find_program(GZIP gzip REQUIRED)
set(COMPRESSED)
macro(compressed file name)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/debian/${name}.gz COMMAND ${GZIP} -9nc ${file} > ${CMAKE_BINARY_DIR}/debian/${name}.gz
                     DEPENDS ${file} VERBATIM)
  list(APPEND COMPRESSED ${CMAKE_BINARY_DIR}/debian/${name}.gz)
endmacro()
foreach(page ${MANUAL_PAGES})
  cmake_path(GET page FILENAME name)
  string(REGEX REPLACE ".*[.]" "" section ${name})
  compressed(${page} ${name})
  install(FILES ${CMAKE_BINARY_DIR}/debian/${name}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in debian/changelog @ONLY)
compressed(${CMAKE_BINARY_DIR}/debian/changelog changelog.Debian)
add_custom_target(debian ALL DEPENDS ${COMPRESSED})
add_dependencies(debian manual)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/debian)
install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/flopshim)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/flopshim)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME flopshim)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flopshim)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGE_CONTACT "The flopshim authors <flopshim@example.org>")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libdw1 (>= 0.188)") # names of callers
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "counts and budgets the FLOPs that programs do through BLAS and LAPACK")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "A preloaded library computes the cost of each BLAS, CBLAS, LAPACK and
LAPACKE call from its arguments, holds the program to a budget of
floating-point operations, and leaves a summary of which routines, shapes
and callers asked for how many. Programs are neither recompiled nor changed.
.
The program flopshim runs others with it, and shows, merges and compares
summaries.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
include(CPack)
