"""Recipes: one module per variant, with the paper's numbers. `python -m train` lists them."""
