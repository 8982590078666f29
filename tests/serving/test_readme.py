"""The requests that saved_models/README.md shows, sent to an export instead of a server."""

import json
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

from keras_gans.serving import Exported
from tests.callbacks.tiny import tiny_gan

README = pathlib.Path(__file__).parents[2] / "saved_models" / "README.md"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("exports") / "dcgan"
    tiny_gan((4, 4, 1)).export(path)
    return Exported(path)


def rest_requests():
    return [json.loads(body) for body in re.findall(r"-d '(\{.*\})'", README.read_text())]


def test_the_rest_requests_fit_the_signatures(exported):
    requests = rest_requests()
    assert {request["signature_name"] for request in requests} == set(exported.signatures)
    for request in requests:
        (output,) = exported.run(request["signature_name"], **request["inputs"]).values()
        assert len(output) == request["inputs"].get("num_images", 1)


def test_the_grpc_requests_fit_the_signatures(exported):
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)[1]
    calls = "\n".join(line for line in code.splitlines() if " = predict(" in line)
    found = {"np": np, "predict": exported.run}
    exec(calls, found)  # our own page
    assert found["images"].shape == (1, 4, 4, 1) and found["samples"].dtype == np.uint8
    np.testing.assert_array_equal(tf.io.decode_png(found["png"]), found["samples"][0])


def test_the_table_names_inputs_and_outputs(exported):
    rows = dict(re.findall(r"^\| `(\w+)` (\|.*\|)$", README.read_text(), re.MULTILINE))
    assert set(rows) == set(exported.signatures)
    for signature, row in rows.items():
        for name in [*exported.inputs_of(signature), *exported.outputs_of(signature)]:
            assert f"`{name}`" in row
