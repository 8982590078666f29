"""The commands of `python -m keras_gans`, one a file.

A file `<command>.py` here holds a function `<command>`; its parameters become the flags and its
docstring their help. TensorFlow and what imports it are imported inside the function.
"""
