"""What every augmentation of images must do, whatever it changes."""

import numpy as np
import tensorflow as tf


def images(num, height=8, width=None, channels=3, seed=0):
    """Random images in [-1, 1], `(num, height, width, channels)`."""
    shape = (num, height, width or height, channels)
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def augmented(layer, x):
    """What the layer makes of images in its first training call, a NumPy array."""
    if layer.built:
        layer.calls.assign(0)
    return np.array(layer(x, training=True))


def check_passes_on_outside_of_training(layer, x):
    for arguments in ({}, {"training": False}):
        np.testing.assert_array_equal(layer(x, **arguments), x)
    assert int(layer.calls) == 0
    assert np.abs(augmented(layer, x) - x).max() > 0.1
    np.testing.assert_array_equal(layer(x), x)


def check_is_a_function_of_seed_call_and_place(make):
    """`make(**kwargs)` gives a layer, unbuilt."""
    x = images(6)
    layer = make(seed=3)
    first, second = (np.array(layer(x, training=True)) for _ in range(2))
    assert int(layer.calls) == 2 and np.abs(first - second).max() > 0.1
    same = make(seed=3)
    np.testing.assert_array_equal(same(x, training=True), first)
    np.testing.assert_array_equal(same(x, training=True), second)
    assert np.abs(augmented(make(seed=4), x) - first).max() > 0.1
    # What becomes of a sample depends on no other, and there may be fewer or more of them.
    others = x.copy()
    others[1:] = images(5, seed=1)
    np.testing.assert_array_equal(augmented(layer, others)[0], first[0])
    np.testing.assert_allclose(augmented(layer, x[:2]), first[:2], atol=1e-4)
    np.testing.assert_allclose(augmented(layer, np.concatenate([x, x]))[:6], first, atol=1e-4)
    equal = augmented(layer, np.repeat(x[:1], 6, axis=0))
    assert len(np.unique(equal.reshape(6, -1), axis=0)) == 6
    # The counter is what a continued training starts from.
    layer.calls.assign(1)
    np.testing.assert_array_equal(layer(x, training=True), second)


def check_changes_a_list_alike(layer):
    x = images(4)
    first, second = layer([x, x], training=True)
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - x).max() > 0.1
    small, large = layer([images(4, 4, channels=1), images(4, 16)], training=True)
    assert small.shape == (4, 4, 4, 1) and large.shape == (4, 16, 16, 3)


def check_gradients(layer):
    """Against differences: exact for any step, since the changes are affine in the images."""
    x, direction = images(2, 4), images(2, 4, seed=1)
    weights = tf.constant(images(2, 4, seed=2))

    def value(shift):
        return float(tf.reduce_sum(weights * augmented(layer, x + shift * direction)))

    point = tf.constant(x)
    layer.calls.assign(0)
    with tf.GradientTape() as tape:
        tape.watch(point)
        total = tf.reduce_sum(weights * layer(point, training=True))
    slope = float(tf.reduce_sum(tape.gradient(total, point) * direction))
    assert abs(slope) > 1e-2
    np.testing.assert_allclose((value(1.0) - value(-1.0)) / 2, slope, rtol=1e-4, atol=1e-4)


def check_second_gradients(layer):
    """Of the squared slope of a curved discriminator, as gradient penalties take them."""
    x, direction = images(2, 4), tf.constant(images(2, 4, seed=1))

    def penalty(point):
        layer.calls.assign(0)
        with tf.GradientTape() as tape:
            tape.watch(point)
            total = tf.reduce_sum(layer(point, training=True) ** 3)
        return tf.reduce_sum(tape.gradient(total, point) ** 2)

    point = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = penalty(point)
    slope = float(tf.reduce_sum(tape.gradient(value, point) * direction))
    size = 1e-2
    above, below = (float(penalty(point + sign * size * direction)) for sign in (1, -1))
    assert abs(slope) > 1e-2
    np.testing.assert_allclose((above - below) / (2 * size), slope, rtol=0.01)


def check_compiles(layer):
    """With XLA, which draws other numbers: new ones in every call, values and gradients finite."""

    @tf.function(jit_compile=True)
    def compute(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(layer(x, training=True) ** 3)
        return total, tape.gradient(total, x)

    layer.build((None, 4, 4, 3))
    (first, _), (second, gradient) = (compute(tf.constant(images(3, 4))) for _ in range(2))
    assert np.isfinite([first, second]).all() and first != second
    assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
    assert int(layer.calls) == 2


def check_half_precision(make):
    """Computed in float32: halves differ by their own rounding only."""
    x = images(4)
    half = make(dtype="mixed_float16")
    outputs = half(x, training=True)
    assert outputs.dtype == "float16" and half(x).dtype == "float16"
    full = augmented(make(), x)
    np.testing.assert_allclose(outputs, full, rtol=1e-3, atol=1e-3)
