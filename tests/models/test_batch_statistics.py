import keras
import numpy as np
import pytest

from keras_gans.models.batch_statistics import average_batch_statistics


@pytest.fixture
def network():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(momentum=0.9)])
    return keras.Sequential([keras.Input((2,)), inner])


BATCHES = [np.random.default_rng(i).normal(i, 1 + i, (5, 2)).astype("float32") for i in range(4)]


def statistics(network):
    norm = network.layers[0].layers[0]
    return np.array(norm.moving_mean), np.array(norm.moving_variance)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("num_batches", [1, 4])
def test_means_over_the_batches_whatever_was_there_before(network, num_batches, frozen):
    network(100 * BATCHES[0], training=True)
    network.trainable = not frozen
    average_batch_statistics([network], lambda i: network(BATCHES[i], training=True), num_batches)
    used = BATCHES[:num_batches]
    mean, variance = statistics(network)
    np.testing.assert_allclose(mean, np.mean([x.mean(0) for x in used], axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, np.mean([x.var(0) for x in used], axis=0), rtol=1e-5)
    norm = network.layers[0].layers[0]
    assert norm.momentum == 0.9 and norm.trainable is not frozen
    np.testing.assert_array_equal(norm.gamma, np.ones(2))


def test_momentum_is_put_back_after_a_failure(network):
    with pytest.raises(ZeroDivisionError):
        average_batch_statistics([network], lambda i: 1 / 0, 2)
    assert network.layers[0].layers[0].momentum == 0.9


def test_other_networks_are_left_alone(network):
    other = keras.models.clone_model(network)

    def run(index):
        network(BATCHES[index], training=True)
        other(BATCHES[index], training=True)

    average_batch_statistics([network], run, 2)
    mean, _ = statistics(other)
    averaged, _ = statistics(network)
    assert not np.allclose(mean, averaged)
