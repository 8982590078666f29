"""The feature arrays behind `torch_fidelity.json`, rebuilt from seeds instead of stored."""

import numpy as np


def real_and_generated():
    """Two correlated, shifted sets of float64 features, `(300, 24)` and `(260, 24)`."""
    random = np.random.RandomState(7)
    mixing = random.normal(size=(24, 24)) / np.sqrt(24)
    real = random.normal(size=(300, 24)) @ mixing + 2.0
    generated = random.normal(size=(260, 24)) @ (0.8 * mixing) + random.normal(size=24) * 0.2 + 2.0
    return real, generated


def logits():
    """Logits `(250, 10)`, some rows decided and some not."""
    random = np.random.RandomState(11)
    return random.normal(size=(250, 10)) * random.uniform(0.1, 6.0, size=(250, 1))
