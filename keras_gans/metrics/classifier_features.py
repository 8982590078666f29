"""Features of a small classifier that is trained once on the data: scores without downloads."""

import json
import pathlib
import zipfile

import keras
import numpy as np

from keras_gans.metrics.cache import cache_folder, content_hash, load_arrays, save_arrays
from keras_gans.metrics.checks import as_images, as_labels
from keras_gans.metrics.extractor import FeatureExtractor, Reading, in_float32
from keras_gans.utils.checks import check_positive

RECIPE = 1  # raised whenever the network or its training changes


class ClassifierFeatures(FeatureExtractor):
    """A small convolutional classifier, trained on labelled images unless it is cached already.

    It scores small images, 28x28 and 32x32 gray ones above all, where Inception has nothing to
    say and no download is wanted. The network: blocks of 3x3 convolution, ReLU and 2x2 max
    pooling (32, 64, ... filters) until the shorter side is at most 8, a ReLU layer of
    `feature_dim` units, which are the features, dropout 0.5, and the logits. It is trained with
    Adam on the cross-entropy.

    Numbers can be compared only under the same weights, so share the file that `save` writes.
    And it knows only its own classes: it can read clear digits into noise, so that noise scores
    high precision. Look at coverage, and at the images.

    Args:
        images: Float images `(num_images, height, width, channels)` in `[-1, 1]` to train on.
        labels: Integer labels `(num_images,)` from 0 on.
        name: What a protocol calls it, such as `"mnist classifier"`.
        epochs: Passes over the images.
        batch_size: Images per step of training, and read at once later.
        learning_rate: Adam's step size.
        feature_dim: Number of features.
        seed: Seed of weights, order and dropout. The same data and settings give the same
            weights on the same machine.
        cache_directory: Folder of trained classifiers. Default: `classifiers` under
            `KERAS_GANS_HOME`, or under `~/.cache/keras_gans`. Files are named by a hash of the
            data and settings, so each is trained once.
        verbose: As in `fit`.

    Raises:
        ValueError: If images or labels are malformed or there are fewer than 2 classes.
    """

    resize = "none"

    def __init__(
        self,
        images,
        labels,
        *,
        name="classifier",
        epochs=3,
        batch_size=128,
        learning_rate=1e-3,
        feature_dim=128,
        seed=0,
        cache_directory=None,
        verbose=0,
    ):
        images = as_images("images", images, at_least=2)
        labels = as_labels("labels", labels, len(images))
        check_positive(epochs=epochs, batch_size=batch_size, feature_dim=feature_dim)
        if labels.max() < 1:
            raise ValueError("`labels` must name at least 2 classes. Received: labels all 0")
        self._set_up(name, images.shape[1:], int(labels.max()) + 1, feature_dim, seed)
        folder = pathlib.Path(cache_directory or cache_folder("classifiers"))
        folder.mkdir(parents=True, exist_ok=True)
        settings = (RECIPE, epochs, batch_size, learning_rate, feature_dim, seed)
        path = folder / f"{content_hash(images, labels, settings)[:32]}.npz"
        cached = load_arrays(path)
        if cached is None:
            self._train(images, labels, epochs, batch_size, learning_rate, seed, verbose)
            self.save(path)
        else:
            self._set_weights(cached)
        self.batch_size = batch_size

    @classmethod
    def load(cls, path, name=None):
        """The classifier that `save` wrote to `path`, under another `name` if one is given.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file holds no classifier, or its weights do not fit.
        """
        rule = "`path` must be a file that `ClassifierFeatures.save` wrote."
        try:
            arrays = load_arrays(path)
        except (ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{rule} Received: path={path}, which is no .npz file") from error
        if arrays is None:
            raise FileNotFoundError(f"`path` must be a saved classifier. Received: path={path}")
        if "config" not in arrays:
            raise ValueError(f"{rule} Received: path={path}, which holds {sorted(arrays)[:5]}")
        classifier = cls.__new__(cls)
        try:
            classifier._set_up(**json.loads(str(arrays["config"])))
            classifier._set_weights(arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{rule} Received: path={path}, whose weights do not fit ({error})"
            ) from error
        classifier.name = name or classifier.name
        return classifier

    def save(self, path):
        """Writes weights and settings as one `.npz`, whole or not at all."""
        weights = {f"weight_{i}": value for i, value in enumerate(self.model.get_weights())}
        save_arrays(path, config=np.array(json.dumps(self.config)), **weights)

    def read_batch(self, images, logits):
        if images.shape[1:] != tuple(self.config["image_shape"]):
            raise ValueError(
                f"`images` must have the shape the classifier was trained on, "
                f"{tuple(self.config['image_shape'])}. Received: images of shape {images.shape}"
            )
        outputs = self.model.predict_on_batch(images)
        return Reading(outputs["features"], outputs["logits"] if logits else None)

    def _set_up(self, name, image_shape, num_classes, feature_dim, seed=0):
        self.name = name
        self.config = {
            "name": name,
            "image_shape": list(image_shape),
            "num_classes": num_classes,
            "feature_dim": feature_dim,
        }
        with in_float32():
            self.model = build_classifier(image_shape, num_classes, feature_dim, seed)

    def _set_weights(self, arrays):
        self.model.set_weights([arrays[f"weight_{i}"] for i in range(len(self.model.weights))])
        self._hash_weights()

    def _hash_weights(self):
        self.weights_hash = content_hash(*self.model.get_weights())

    def _train(self, images, labels, epochs, batch_size, learning_rate, seed, verbose):
        trainer = keras.Model(self.model.input, self.model.output["logits"])
        trainer.compile(
            keras.optimizers.Adam(learning_rate),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        random = np.random.default_rng(seed)
        for _ in range(epochs):
            order = random.permutation(len(images))
            trainer.fit(
                images[order], labels[order], batch_size=batch_size, shuffle=False, verbose=verbose
            )
        self._hash_weights()


def build_classifier(image_shape, num_classes, feature_dim, seed):
    """Functional model from images to `{"features": (batch, dim), "logits": (batch, classes)}`."""
    seeds = iter(np.random.SeedSequence(seed).generate_state(32).tolist())

    def weights(scheme):
        return scheme(seed=next(seeds))

    inputs = x = keras.Input(image_shape)
    filters = 32
    while min(x.shape[1:3]) > 8:
        initializer = weights(keras.initializers.HeNormal)
        x = keras.layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer=initializer
        )(x)
        x = keras.layers.MaxPooling2D()(x)
        filters = min(2 * filters, 256)
    initializer = weights(keras.initializers.HeNormal)
    features = keras.layers.Dense(feature_dim, activation="relu", kernel_initializer=initializer)(
        keras.layers.Flatten()(x)
    )
    x = keras.layers.Dropout(0.5, seed=next(seeds))(features)
    initializer = weights(keras.initializers.GlorotUniform)
    logits = keras.layers.Dense(num_classes, kernel_initializer=initializer)(x)
    return keras.Model(inputs, {"features": features, "logits": logits})
