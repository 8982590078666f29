"""Published numbers, reproduced: `python -m train.reproduce` lists them."""
