# The Python package, with Debian's NumPy, a new and an old one.
python_test(clients python_debian test_python.py debian)
python_test(clients python_new test_python.py new)
python_test(clients python_old test_python.py old)
foreach(part launch notebook types wheel)
  python_test(clients python_${part} test_python_${part}.py)
endforeach()
python_test(clients python_plugin_debian test_python_plugin.py debian)
python_test(clients python_plugin test_python_plugin.py new)
python_test(clients python_terminal test_python_terminal.py old)
python_test(clients python_terminal_rich test_python_terminal.py new)
python_test(clients engines test_engines.py)
# One product that is to take a while takes longer beside another
set_tests_properties(clients.python_terminal clients.python_terminal_rich PROPERTIES RUN_SERIAL TRUE)
