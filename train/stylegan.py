"""StyleGAN: Karras et al., 2019, and its official code; on small images as in its successor."""

import dataclasses
import sys

from keras_gans import StyleGAN, networks
from train import _growing, _presets

ONE_DEVICE = {
    "channels": 3,
    "mirror": True,
    "batch_size": 128,
    "batch_sizes": {32: 64, 64: 32, 128: 16, 256: 8, 512: 4},
    "learning_rates": {128: 0.0015, 256: 0.002, 512: 0.003, 1024: 0.003},
    "start": 8,
    "stable_kimg": 600.0,
    "fade_kimg": 600.0,
    "total_kimg": 25_000.0,
    "latent_dim": 512,
    "style_dim": 512,
    "mapping_layers": 8,
    "base_width": 8192,
    "max_width": 512,
    "steps_per_epoch": 1000,
    "learning_rate": 0.001,
    "r1_weight": 10.0,
    "r1_interval": 1,
    "mixing_probability": 0.9,
}


@dataclasses.dataclass
class Recipe(_growing.GrowingRecipe):
    """StyleGAN: styles from a mapping network, noise for the details; R1, grown from 8 pixels.

    The defaults are for small images and short trainings. As Karras et al., 2020 (ADA,
    arXiv:2006.06676) do for CIFAR-10, they mix no styles and have a learning rate of 0.0025 and two
    mapping layers. With mixed styles, a rate of 0.001 and four layers all latents gave the same
    digit of MNIST around 90,000 images, whether R1 weighed 0.01 every 16 steps, as in ADA, or 10
    every 4; the weight here is in between. The presets are the paper's.
    """

    paper = "Karras et al., 2019, arXiv:1812.04948"
    presets = {f"ffhq-{size}": {**ONE_DEVICE, "image_size": size} for size in (1024, 512, 256)}
    official_times = {
        "ffhq-1024": "41 days and 4 hours on one V100",
        "ffhq-512": "24 days and 21 hours on one V100",
        "ffhq-256": "14 days and 22 hours on one V100",
    }

    start: int = 8
    """The resolution of the beginning."""
    learning_rate: float = 0.0025
    """Adam's learning rate of both players, 0.001 to 0.003 in the paper; its momentum is 0."""
    style_dim: int = 128
    """Size of a style; 512 in the paper."""
    mapping_layers: int = 2
    """Layers of the mapping network; 8 in the paper."""
    ema_half_life: float | None = 10_000.0
    """Real images after which an old generator counts half in the average."""
    r1_weight: float = 1.0
    """gamma, weight of the penalty on the discriminator's slope; 10 in the paper."""
    r1_interval: int = 4
    """Steps from one penalty to the next, which then weighs as much more; 1 in the paper."""
    mixing_probability: float = 0.0
    """Share of the steps in which the styles of two latents are mixed; 0.9 in the paper."""

    def model(self, data_shape):
        return StyleGAN(
            latent_dim=self.latent_dim,
            mapping=networks.build_style_mapping(
                self.latent_dim, self.style_dim, self.mapping_layers
            ),
            synthesis=networks.build_style_synthesis(data_shape, self.style_dim, **self.widths()),
            discriminator=networks.build_style_discriminator(
                data_shape, group_size=self.group_size, **self.widths()
            ),
            r1_weight=self.r1_weight,
            r1_interval=self.r1_interval,
            mixing_probability=self.mixing_probability,
            **self.shared_arguments(data_shape),
        )


run = _presets.run

if __name__ == "__main__":
    run(Recipe, sys.argv[1:])
