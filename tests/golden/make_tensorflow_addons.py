"""Writes `tensorflow_addons.npz`: what tensorflow-addons computes from given arrays.

Made with tensorflow-addons 0.23.0 and TensorFlow 2.15.1 on Python 3.11, in an environment of their
own, since tensorflow-addons cannot be imported beside Keras 3:

    pip install "tensorflow==2.15.*" tensorflow-addons==0.23.0
    python tests/golden/make_tensorflow_addons.py

Inputs are stored beside outputs, as `<what>/<array>`.
"""

import pathlib

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

random = np.random.default_rng(0)
golden = {}


def normal(*shape, mean=0.0, deviation=1.0):
    return (mean + deviation * random.normal(size=shape)).astype("float32")


def store(what, **arrays):
    golden.update({f"{what}/{name}": np.asarray(array) for name, array in arrays.items()})


maps = normal(3, 5, 4, 6, mean=2.0, deviation=3.0)
gamma, beta = normal(6), normal(6)
for what, layer in {
    "instance_normalization": tfa.layers.InstanceNormalization(epsilon=1e-5),
    "instance_normalization_plain": tfa.layers.InstanceNormalization(
        epsilon=1e-5, center=False, scale=False
    ),
    "group_normalization": tfa.layers.GroupNormalization(groups=3, epsilon=1e-3),
}.items():
    layer.build(maps.shape)
    arrays = {"inputs": maps}
    if layer.scale:
        layer.set_weights([gamma, beta])
        arrays |= {"gamma": gamma, "beta": beta}
    store(what, **arrays, outputs=layer(maps))

for what, inner, inputs in (
    ("spectral_normalization_dense", tf.keras.layers.Dense(5), normal(2, 7)),
    ("spectral_normalization_conv", tf.keras.layers.Conv2D(4, 3), normal(2, 5, 5, 3)),
):
    for iterations in (1, 2, 5):
        layer = tfa.layers.SpectralNormalization(inner, power_iterations=iterations)
        layer.build(inputs.shape)
        kernel = normal(*inner.kernel.shape)
        inner.kernel.assign(kernel)
        u = normal(*layer.u.shape)
        layer.u.assign(u)
        outputs = layer(inputs, training=True)  # overwrites the kernel by kernel / sigma
        store(
            f"{what}_{iterations}",
            inputs=inputs,
            kernel=kernel,
            u=u[0],
            sigma=np.sum(kernel**2) / np.sum(kernel * inner.kernel.numpy()),
            outputs=outputs,
            u_after=layer.u.numpy()[0],
        )

pieces = normal(4, 12)
store("maxout", inputs=pieces, outputs=tfa.layers.Maxout(3)(pieces))

# A weight that plain gradient descent moves by -learning_rate * gradient, and its average.
weight = tf.Variable(normal(5))
optimizer = tfa.optimizers.MovingAverage(tf.keras.optimizers.legacy.SGD(0.1), average_decay=0.9)
start, gradients, weights, averages = weight.numpy(), normal(8, 5), [], []
for gradient in gradients:
    optimizer.apply_gradients([(tf.constant(gradient), weight)])
    weights.append(weight.numpy())
    averages.append(optimizer.get_slot(weight, "average").numpy())
store("moving_average", start=start, gradients=gradients, weights=weights, averages=averages)

images = random.uniform(-1, 1, size=(4, 8, 8, 3)).astype("float32")
shifts = np.array([[0, 0], [2, 1], [-1, 3], [-8, 0]], "float32")  # across, down
store("translate", images=images, shifts=shifts, outputs=tfa.image.translate(images, shifts))

centres = np.array([[4, 4], [0, 0], [7, 2], [1, 6]], "int32")  # row, column
store(
    "cutout",
    images=images,
    centres=centres,
    outputs=tfa.image.cutout(images, mask_size=(4, 2), offset=centres, constant_values=0),
)

path = pathlib.Path(__file__).with_name("tensorflow_addons.npz")
np.savez_compressed(path, **golden)
for name, array in golden.items():
    print(name, array.shape, array.dtype)
