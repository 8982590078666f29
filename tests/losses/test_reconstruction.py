import numpy as np
import tensorflow as tf

from keras_gans import losses

IMAGES = np.array([[1.0, -1.0], [0.0, 0.5]], "float32")
OTHERS = np.array([[0.0, 1.0], [0.0, 0.0]], "float32")


class TestReconstructionError:
    def test_mean_over_batch_and_pixels(self):
        np.testing.assert_allclose(losses.reconstruction_error(IMAGES, OTHERS), 3.5 / 4)
        np.testing.assert_allclose(losses.reconstruction_error(IMAGES, OTHERS, 2), 5.25 / 4)


class TestBegan:
    def test_by_hand(self):
        np.testing.assert_allclose(losses.began_discriminator_loss(0.5, 0.2, 0.25), 0.45)
        np.testing.assert_allclose(losses.began_convergence(0.5, 0.2, 0.5), 0.5 + 0.05, rtol=1e-6)

    def test_convergence_is_the_real_error_in_equilibrium(self):
        np.testing.assert_allclose(losses.began_convergence(0.5, 0.35, 0.7), 0.5, rtol=1e-6)

    def test_no_gradient_reaches_the_balance(self):
        balance = tf.Variable(0.5)
        with tf.GradientTape() as tape:
            loss = losses.began_discriminator_loss(0.5, 0.2, balance)
        assert tape.gradient(loss, balance) is None
