"""Writes `torch_fidelity.json`: torch-fidelity's scores of the arrays in `feature_sets.py`.

Made with torch-fidelity 0.4.0, prdc 0.2 and NumPy 2.4 in an environment of their own:

    pip install torch torch-fidelity prdc
    python tests/golden/make_torch_fidelity.py
"""

import json
import pathlib

import feature_sets
import prdc
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

real, generated = map(torch.from_numpy, feature_sets.real_and_generated())
scores = fid_statistics_to_metric(
    fid_features_to_statistics(generated), fid_features_to_statistics(real), verbose=False
)
scores |= kid_features_to_metric(
    generated, real, kid_subsets=20, kid_subset_size=100, verbose=False
)
scores |= isc_features_to_metric(torch.from_numpy(feature_sets.logits()), splits=7)
scores |= prc_features_to_metric(generated, real, verbose=False)
scores |= {
    f"prdc_{name}": float(value)
    for name, value in prdc.compute_prdc(real.numpy(), generated.numpy(), nearest_k=5).items()
}
path = pathlib.Path(__file__).with_name("torch_fidelity.json")
path.write_text(json.dumps(scores, indent=2) + "\n")
