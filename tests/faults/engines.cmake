# Engines of their own, by libraries that the test makes.
foreach(case names gpu called said nothing)
  python_test(faults engines_${case} test_engines.py ${case})
endforeach()
