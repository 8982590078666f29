"""All callbacks of ours in one training, with several steps an execution."""

import numpy as np
import pytest

from keras_gans import DCGAN, callbacks, data, metrics
from tests.models.tiny import build_model, points


@pytest.mark.parametrize("steps_per_execution", [1, 2, 4])
def test_all_callbacks(tmp_path, steps_per_execution):
    model = build_model(DCGAN, compiled=False, seed=1)
    model.compile(steps_per_execution=steps_per_execution)
    extractor = metrics.CallableFeatures(np.asarray, "coordinates")
    guard = callbacks.TerminateOnNaN()

    class PointScore:
        needs_real = False

        def __call__(self, real, generated, **protocol):
            return metrics.Score(
                {"spread": float(np.std(extractor.function(generated)))},
                metrics.Protocol(metric="spread", num_generated=len(generated)),
            )

    history = model.fit(
        data.load(points(), batch_size=16),
        epochs=2,
        verbose=0,
        callbacks=[
            guard,
            callbacks.EvaluateSamples([PointScore()], real=None, num=20),
            callbacks.SampleGrid(tmp_path / "samples", side=4),
            callbacks.Checkpoints(tmp_path / "checkpoints", best="val_spread", best_mode="max"),
        ],
    )
    assert int(model.step.numpy()) == 8
    assert guard.message is None
    assert len(history.history["val_spread"]) == 2
    assert {path.name for path in (tmp_path / "samples").glob("*.png")} == {
        "epoch_0001.png",
        "epoch_0002.png",
    }
    assert (tmp_path / "checkpoints" / "step-8.index").exists()
    assert len(list((tmp_path / "checkpoints" / "best").glob("*.index"))) == 1
