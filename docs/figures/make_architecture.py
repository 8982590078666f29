"""Draws docs/figures/architecture.png: the packages of keras_gans and who imports whom.

python docs/figures/make_architecture.py
"""

import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# name: (left, bottom, width, what it is)
BOXES = {
    "train/": (0.2, 5.0, 9.6, "recipes: one file per variant, the paper's numbers and wiring"),
    "training": (0.2, 4.0, 6.1, "flags, seed, strategy, resume, fit, save, publish"),
    "cli": (6.5, 4.0, 3.3, "info, sample on exports"),
    "models": (0.2, 3.0, 3.3, "the games, one paper a file"),
    "callbacks": (3.6, 3.0, 2.7, "grids, scores, checkpoints"),
    "serving": (6.5, 3.0, 3.3, "versions, warm-up, reading"),
    "networks": (0.2, 2.0, 3.3, "builders of Functional models"),
    "metrics": (3.6, 2.0, 2.7, "features to numbers"),
    "data": (6.5, 2.0, 3.3, "sources in, tf.data out"),
    "layers": (0.2, 1.0, 1.0, ""),
    "losses": (1.35, 1.0, 1.0, ""),
    "optimizers": (2.5, 1.0, 1.0, ""),
    "utils": (0.2, 0.0, 9.6, "noise as a function of seed and step, files written whole, pictures"),
}


def main():
    figure, axes = plt.subplots(figsize=(8.4, 4.6), dpi=110)
    for name, (left, bottom, width, text) in BOXES.items():
        outside = name == "train/"
        colour = "#e9eef6" if outside else "#ffffff"
        axes.add_patch(plt.Rectangle((left, bottom), width, 0.8, fc=colour, ec="#34507a", lw=1.2))
        middle = left + width / 2
        height = bottom + (0.52 if text else 0.4)
        size = 10 if width > 1.2 else 8
        axes.text(middle, height, name, ha="center", va="center", weight="bold", size=size)
        axes.text(middle, bottom + 0.22, text, ha="center", va="center", size=7.5, color="#444444")
    axes.text(
        5, -0.35, "a box imports boxes below it, never above", ha="center", size=8, color="#34507a"
    )
    axes.set_xlim(0, 10)
    axes.set_ylim(-0.6, 6)
    axes.axis("off")
    figure.savefig(pathlib.Path(__file__).with_name("architecture.png"), bbox_inches="tight")


if __name__ == "__main__":
    main()
