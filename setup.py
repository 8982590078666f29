"""Metadata of the package. Build system and tool settings are in pyproject.toml."""

import pathlib

from setuptools import find_packages, setup

README = pathlib.Path(__file__).parent / "README.md"

setup(
    name="keras_gans",
    version="0.1.0",
    description="The family tree of generative adversarial networks as Keras 3 models",
    long_description=README.read_text(encoding="utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["keras_gans", "keras_gans.*", "train", "train.*"]),
    install_requires=[
        "tensorflow>=2.20",
        "keras>=3.13",
        "tensorflow-datasets>=4.9.9",
        "importlib_resources>=6.0",  # tensorflow-datasets 4.9.10 imports it without asking for it
        "numpy>=1.26",
        "scipy>=1.11",
        "scikit-learn>=1.4",
        "matplotlib>=3.8",
        "Pillow>=10.3",
        "rich>=13.7",
        "tensorboard>=2.19",  # no longer installed by TensorFlow itself
        "tyro>=0.9",
    ],
    extras_require={
        "test": ["pytest>=8.0", "pytest-xdist>=3.6", "ruff>=0.9"],
        "gpu": ["tensorflow[and-cuda]>=2.20"],
    },
)
