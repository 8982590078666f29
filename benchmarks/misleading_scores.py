"""Where scores mislead: the table of docs/scores.md, for images that are good, bad and degenerate.

    python benchmarks/misleading_scores.py [--data-dir DIR] [--num 10000]

Features are those of the classifier that is trained once on the MNIST training images.
"""

import argparse

import numpy as np

from keras_gans import data, metrics


def kinds_of_images(train_images, train_labels, num, rng):
    """Dictionary from what the images are to `num` of them."""
    images = train_images[:num]
    noise = rng.normal(scale=0.5, size=images.shape).astype("float32")
    ones = train_images[train_labels == 1]
    return {
        "training images": images,
        "training images with noise added (deviation 0.5)": np.clip(images + noise, -1, 1),
        "100 training images, repeated": np.resize(train_images[:100], images.shape),
        "ones only": np.resize(ones, images.shape),
        "uniform noise": rng.uniform(-1, 1, images.shape).astype("float32"),
    }


def row(name, extractor, real, images):
    """The scores of one kind of images as a row of a Markdown table."""
    generated = metrics.read_images(extractor, images, logits=True)
    values = {}
    for metric in (metrics.FID, metrics.KID, metrics.PR, metrics.DC, metrics.IS):
        values |= metric(extractor)(real, generated).values
    shown = ("fid", "kid", "precision", "recall", "density", "coverage", "is")
    return f"| {name} | " + " | ".join(f"{values[score]:.3g}" for score in shown) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="where TensorFlow Datasets keeps MNIST")
    parser.add_argument("--num", type=int, default=10_000, help="images of each kind")
    flags = parser.parse_args()
    settings = {"labels": True, "batch_size": 1, "shuffle": False, "data_dir": flags.data_dir}
    train_images, train_labels = data.load("mnist", split="train", **settings).arrays()
    test_images, _ = data.load("mnist", split="test", **settings).arrays()
    extractor = metrics.ClassifierFeatures(train_images, train_labels, name="mnist classifier")
    real = metrics.read_reference(extractor, test_images[: flags.num])
    print("| images | FID | KID | precision | recall | density | coverage | IS |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    rng = np.random.default_rng(0)
    for name, images in kinds_of_images(train_images, train_labels, flags.num, rng).items():
        print(row(name, extractor, real, images), flush=True)


if __name__ == "__main__":
    main()
