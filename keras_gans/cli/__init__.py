"""The commands of `python -m keras_gans`, one a file.

A file `<command>.py` here holds a function `<command>`; its parameters become the flags, its
docstring their help, and what it returns the exit code, 0 for nothing. TensorFlow and what imports
it are imported inside the function.
"""
