"""Progressive GAN, with the settings of Karras et al., 2018, and its official code."""

import dataclasses
import sys

from keras_gans import ProGAN, networks
from train import _growing, _presets

ONE_DEVICE = {
    "channels": 3,
    "mirror": True,
    "batch_size": 128,
    "batch_sizes": {32: 64, 64: 32, 128: 16, 256: 8, 512: 4},
    "learning_rates": {1024: 0.0015},
    "stable_kimg": 600.0,
    "fade_kimg": 600.0,
    "total_kimg": 12_000.0,
    "latent_dim": 512,
    "base_width": 8192,
    "max_width": 512,
    "steps_per_epoch": 1000,
}
PAPER = {
    "batch_size": 16,
    "batch_sizes": {256: 14, 512: 6, 1024: 3},
    "learning_rates": {},
    "stable_kimg": 800.0,
    "fade_kimg": 800.0,
    "total_kimg": 19_000.0,
    "group_size": 16,
}


@dataclasses.dataclass
class Recipe(_growing.GrowingRecipe):
    """Progressive GAN: both networks grow from 4 pixels on; Wasserstein loss, gradient penalty."""

    paper = "Karras et al., 2018, arXiv:1710.10196"
    presets = {
        "celebahq-1024": {**ONE_DEVICE, "image_size": 1024},
        "celebahq-1024-paper": {**ONE_DEVICE, **PAPER, "image_size": 1024},
        "celebahq-512": {**ONE_DEVICE, "image_size": 512},
        "lsun-256": {**ONE_DEVICE, "image_size": 256},
    }
    official_times = {
        "celebahq-1024": "about 2 weeks on one V100",
        "celebahq-1024-paper": "about a month on one V100",
    }

    ema_decay: float | None = 0.999
    """Decay a step of the generator's moving average."""
    penalty_weight: float = 10.0
    """lambda, weight of the gradient penalty."""

    def model(self, data_shape):
        return ProGAN(
            latent_dim=self.latent_dim,
            generator=networks.build_progan_generator(self.latent_dim, data_shape, **self.widths()),
            discriminator=networks.build_progan_discriminator(
                data_shape, group_size=self.group_size, **self.widths()
            ),
            penalty_weight=self.penalty_weight,
            **self.shared_arguments(data_shape),
        )


run = _presets.run

if __name__ == "__main__":
    run(Recipe, sys.argv[1:])
