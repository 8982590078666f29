"""BEGAN on MNIST: does the ratio of the errors settle at gamma?"""

import dataclasses

from keras_gans import data
from train import began
from train.reproduce import digits
from train.reproduce.experiment import Experiment


@dataclasses.dataclass
class Reproduction(Experiment):
    """The equilibrium of BEGAN: the ratio of its errors, and its convergence measure."""

    title = "BEGAN, MNIST, equilibrium"
    paper = "Berthelot et al., 2017, arXiv:1703.10717, section 3.3"
    published = "the ratio of the errors of fakes and of real images settles at gamma"
    asked = "within 10 % of gamma at the end, the convergence measure falling"
    protocol = (
        "28 pixels, n = 32, h = 32, gamma 0.5, batch 16, Adam 1e-4; means over the last of the "
        "epochs of 500 steps; the measure at the first and the last of them"
    )

    data_dir: str | None = None
    """Where TensorFlow Datasets keeps MNIST. Defaults to its own place."""
    epochs: int = 30
    """Of 500 steps each."""

    def run(self):
        recipe = began.Recipe(data="mnist", data_dir=self.data_dir, seed=self.seed)
        batches = data.load("mnist", batch_size=16, seed=self.seed, data_dir=self.data_dir)
        model = recipe.model((28, 28, 1))
        model.compile(recipe.optimizers(500))
        history = digits.train(
            model, batches, self.epochs, self.work_folder, steps_per_epoch=500
        ).history
        return {
            "steps": self.epochs * 500,
            "gamma": model.diversity_ratio,
            "ratio": [round(value, 4) for value in history["ratio"]],
            "convergence": [round(value, 4) for value in history["convergence"]],
            "balance": [round(value, 4) for value in history["balance"]],
        }

    @staticmethod
    def ours(results):
        return "; ".join(
            f"ratio {r['ratio'][-1]:.3f} at gamma {r['gamma']}, convergence measure "
            f"{r['convergence'][0]:.3f} -> {r['convergence'][-1]:.3f}, k = {r['balance'][-1]:.2f}"
            for r in results
        )
