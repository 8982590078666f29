"""Puts a layer that changes images before the networks that judge them."""

import keras

from keras_gans.layers import AdaptiveAugment


def with_augmentation(network, augment, num_images=None, name="network"):
    """The network with an augmentation before its images, made of the same layers.

    It takes and gives what the network does, and has its layers by name, and its weights besides
    those of the augmentation. In inference the two agree.

    Args:
        network: Functional or sequential `keras.Model`.
        augment: Layer that maps images to images of the same shape, such as `DiffAugment`. The
            same layer may stand before several networks.
        num_images: How many of the inputs, the first ones, are images of one sample that belong
            together: they are given to the layer as a list, which changes them alike, where they
            are more than one; what follows them, such as conditions, passes it by. `None` where
            each input is an image by itself, as in a network with an input for every resolution.
        name: What the user calls the network, for messages.

    Returns:
        `keras.Model` with the name of `network`.

    Raises:
        ValueError: If `augment` is no layer, changes shapes or does not stand before images, or if
            the network is no graph of layers.
    """
    if not isinstance(augment, keras.layers.Layer):
        raise ValueError(f"`augment` must be a Keras layer or None. Received: augment={augment}")
    inputs = getattr(network, "inputs", None)
    if not inputs:
        raise ValueError(
            f"`{name}` must be a functional or sequential model to have an augmentation before it. "
            f"Received: {name} of type {type(network).__name__}"
        )
    images, others = list(inputs[:num_images]), list(inputs[num_images:] if num_images else [])
    wrong = [tuple(image.shape) for image in images if len(image.shape) != 4]
    if wrong:
        raise ValueError(
            "`augment` must stand before images (batch_size, height, width, channels). "
            f"Received: {name} with an input of shape {wrong[0]}"
        )
    together = num_images is not None and num_images > 1
    changed = augment(images) if together else [augment(image) for image in images]
    for image, result in zip(images, changed, strict=True):
        if result.shape != image.shape:
            raise ValueError(
                "`augment` must keep the shape of images. "
                f"Received: augment from {tuple(image.shape)} to {tuple(result.shape)}"
            )
    # The layers themselves are called again and not the network as one, so that what looks for a
    # layer in the network, or takes a part of it, finds it as before.
    inputs = inputs[0] if isinstance(network, keras.Sequential) else network.input
    outputs = network.call(keras.tree.pack_sequence_as(inputs, [*changed, *others]))
    return keras.Model(inputs, outputs, name=network.name)


def check_does_not_adapt(augment):
    """Raises a `ValueError` for an augmentation that follows the signs of logits, for critics."""
    if isinstance(augment, AdaptiveAugment) and augment.adapts:
        raise ValueError(
            "`augment` must not adapt to a critic, whose scores hold up to a constant, so that "
            "their signs mean nothing: use `DiffAugment`, or `AdaptiveAugment(target=None)` "
            f"with a fixed `probability`. Received: augment={augment} with "
            f"target={augment.target}"
        )
