"""What lies where in the folder of an export, for those who write and those who read one."""

import pathlib

# What the model says about itself, as JSON, in a place that servers pass over.
DESCRIPTION = pathlib.PurePosixPath("assets.extra", "keras_gans.json")
