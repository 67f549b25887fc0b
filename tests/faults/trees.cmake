# Process trees: FLOP_SCOPE=tree.

blas_program(tree "" ${CMAKE_CURRENT_SOURCE_DIR}/faults/tree.c)
foreach(case shapes clones shells scope_process images exact grants_of_the_dead a_holder_is_killed survivors refused limits one_ledger
             another_user)
  python_test(faults trees_${case} test_trees.py ${case})
endforeach()
foreach(method fork spawn forkserver executor loky)
  python_test(faults pools_${method} test_pools.py ${method} new)
endforeach()
python_test(faults pools_fork_debian test_pools.py fork debian)
python_test(faults ranks test_ranks.py)
