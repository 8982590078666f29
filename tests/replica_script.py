"""Five steps of a training under a strategy; saves the weights and the noise of every step.

python -m tests.replica_script OUTPUT.npz one|mirrored|multiworker [--batch-norm]

With --games instead: two steps of each game that it names; with --growing the whole
schedule of the growing ones; with --overflow a step in float16 that overflows on one replica.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS, BATCH_SIZE, LATENT_DIM = 5, 16, 3
ALONE = 1  # group of the minibatch deviation: replicas form larger ones of other samples


def build_networks(batch_norm):
    # A bias in front of batch norm has no gradient but rounding errors, which Adam blows up.
    def norm():
        return [layers.BatchNormalization(momentum=0.9, synchronized=True)] if batch_norm else []

    generator = keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            layers.Dense(8, use_bias=not batch_norm),
            *norm(),
            layers.Activation("tanh"),
            layers.Dense(2, use_bias=not batch_norm),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(8, use_bias=not batch_norm),
            *norm(),
            layers.LeakyReLU(0.2),
            layers.Dense(1),
        ]
    )
    return {"generator": generator, "discriminator": discriminator}


def play_games(strategy, games):
    """Weights and logs of these games after two steps, by names that begin with the game's."""
    from keras_gans import data
    from tests.models import growing
    from tests.models.games import OWN_MOVES, build_game, data_for

    results = {}

    def play(name, model, batches):
        history = model.fit(batches, epochs=1, verbose=0).history
        for i, weight in enumerate(model.get_weights()):
            results[f"{name}/weight_{i}"] = weight
        for log, values in history.items():
            results[f"{name}/{log}"] = np.squeeze(values)

    for game in (game for game in OWN_MOVES if game.__name__ in games):
        keras.utils.set_random_seed(1)
        with strategy.scope():
            model = build_game(game, batch_norm=False, dropout=0, seed=5)
            model.compile({p: keras.optimizers.SGD(0.03) for p in model.players})
        source = data_for(model, 2 * BATCH_SIZE)
        source = source[0] if len(source) == 1 else tuple(source)
        batches = data.load(source, batch_size=BATCH_SIZE, labels=isinstance(source, tuple))
        play(game.__name__, model, batches)
        if game.__name__ == "MGAN":  # whose fakes are no fewer where a replica has no real sample
            continue
        # The last batch of 5 rows is a single one: one replica has none.
        held_out = [rows[:5] for rows in source] if isinstance(source, tuple) else [source[:5]]
        logs = model.evaluate(*held_out, batch_size=4, verbose=0, return_dict=True)
        results |= {f"{game.__name__}/held out {log}": value for log, value in logs.items()}
    for name in (name for name in growing.BUILDERS if name in games):
        with strategy.scope():
            model = growing.BUILDERS[name](seed=1, group_size=ALONE, ema_half_life=50.0)
            model.compile({p: keras.optimizers.SGD(0.03) for p in model.players})
        model.fade_in(0.5)
        growing.make_noisy(model)
        play(name, model, data.load(growing.images(2 * BATCH_SIZE), batch_size=BATCH_SIZE))
    return results


def grow_games(strategy):
    """Weights of the growing games after their schedule, by names that begin with the game's."""
    from tests.models import growing

    results = {}
    for name, build in growing.BUILDERS.items():
        with strategy.scope():
            model = build(seed=1, group_size=ALONE, ema_half_life=50.0)
            model.compile({p: keras.optimizers.SGD(0.03) for p in model.players})
        growing.make_noisy(model)
        growing.fit_growing(model)
        results[f"{name}/resolution"], results[f"{name}/alpha"] = model.resolution, model.alpha
        for i, weight in enumerate(model.get_weights()):
            results[f"{name}/weight_{i}"] = weight
    return results


def overflow_on_one(strategy):
    """Weights of each replica after a float16 step that overflows on the second one only."""
    from keras import ops

    from keras_gans import DCGAN

    keras.config.set_dtype_policy("mixed_float16")
    with strategy.scope():
        model = DCGAN(data_shape=(2,), latent_dim=LATENT_DIM, **build_networks(False))
        model.compile({p: keras.optimizers.SGD(1.0) for p in model.players})
    variable = model.generator.trainable_variables[0]
    before = np.array(variable)

    @tf.function
    def step():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        factor = tf.where(tf.equal(replica, 1), float("inf"), 1.0)
        model.minimize("generator", lambda: {"loss": factor * ops.sum(variable)})

    strategy.run(step)
    after = [np.array(value) for value in variable.value.values]
    scale = np.array(model.optimizers["generator"].dynamic_scale)
    return {"before": before, "after": np.stack(after), "scale": scale}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("strategy", choices=["one", "mirrored", "multiworker"])
    parser.add_argument("--batch-norm", action="store_true")
    parser.add_argument("--games", nargs="+")
    parser.add_argument("--growing", action="store_true")
    parser.add_argument("--overflow", action="store_true")
    parser.add_argument("--checkpoints")
    parser.add_argument("--die-at", type=int, help="the step after which the last worker dies")
    options = parser.parse_args()
    if options.strategy == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )

    from keras_gans import DCGAN, callbacks, data
    from keras_gans.training import strategies

    strategy = strategies.choose(options.strategy)
    if options.overflow:
        np.savez(options.output, **overflow_on_one(strategy))
        return
    if options.games or options.growing:
        played = play_games(strategy, options.games) if options.games else grow_games(strategy)
        np.savez(options.output, **played)
        return
    chief = strategies.is_chief(strategy)
    keras.utils.set_random_seed(1)
    points = np.random.default_rng(0).normal(size=(BATCH_SIZE * STEPS, 2)).astype("float32")
    with strategy.scope():
        model = DCGAN(
            data_shape=(2,),
            latent_dim=LATENT_DIM,
            ema_decay=0.9,
            seed=5,
            **build_networks(options.batch_norm),
        )
        model.compile({p: keras.optimizers.Adam(1e-2, beta_1=0.5) for p in model.players})
    watchers = []
    if options.die_at and not chief:

        def die(batch, logs):
            if batch + 1 == options.die_at:
                os._exit(9)

        watchers.append(keras.callbacks.LambdaCallback(on_train_batch_end=die))
    if options.checkpoints:
        watchers += [callbacks.Checkpoints(options.checkpoints, every_steps=2, write=chief)]
    history = model.fit(
        data.load(points, batch_size=BATCH_SIZE, seed=2), epochs=1, verbose=0, callbacks=watchers
    )
    if chief:
        logs = {name: float(np.squeeze(values[-1])) for name, values in history.history.items()}
        weights = {f"weight_{i}": w for i, w in enumerate(model.get_weights())}
        np.savez(options.output, **weights, **logs)


if __name__ == "__main__":
    main()
