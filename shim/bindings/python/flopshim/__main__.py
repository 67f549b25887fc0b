"""python -m flopshim"""
from ._launch import main

main()
