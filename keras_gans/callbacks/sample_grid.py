"""SampleGrid: what the generator makes, after every epoch, from the same latents."""

from keras_gans.callbacks.epoch_pictures import EpochPictures
from keras_gans.utils.image_grid import save_samples
from keras_gans.utils.pixels import images_at_once, is_image_shape

PIXELS_AT_ONCE = 2**20  # 64 images of 128 pixels: beside a training memory is scarce


class SampleGrid(EpochPictures):
    """Writes `side * side` samples as one picture after every epoch, always from the same latents.

    The samples come from `model.sample`, hence from the moving average of the generator where one
    is kept (`ema_decay`). Images are placed in a grid, points (`data_shape` of rank 1) are drawn as
    a scatter plot. The pictures are `epoch_0001.png`, `epoch_0002.png`, ...; at the end
    `training.gif` shows all that lie in the folder up to the last epoch, so that a training that
    was resumed is shown from its first epoch on.

    Args:
        directory: Folder of the pictures; it is made if need be.
        side: Integer >= 1; `side * side` samples are drawn.
        seed: Integer >= 0, the seed of the latents.
        every: Integer >= 1, epochs from one picture to the next.
        log_dir: `None`, or TensorBoard's folder, where the pictures then appear as the images of
            the run `samples`. The step is Keras's epoch, which counts from 0.
        animate: Whether `training.gif` is made.
        sample_arguments: `None`, or a dictionary of further arguments of `model.sample`, such as
            `{"labels": ...}` for a conditional model.

    Raises:
        ValueError: If an argument is out of range; and in `fit`, if the model does not sample
            images or points.
        OSError: In `fit`, before the first epoch, if the folder cannot be written to.

    Example:
        >>> model.fit(data, epochs=20, callbacks=[SampleGrid("runs/a/samples")])
    """

    def __init__(
        self,
        directory,
        side=8,
        seed=0,
        every=1,
        log_dir=None,
        animate=True,
        sample_arguments=None,
    ):
        if side < 1 or every < 1 or seed < 0:
            raise ValueError(
                "`side` and `every` must be at least 1 and `seed` at least 0. "
                f"Received: side={side}, every={every}, seed={seed}"
            )
        super().__init__(directory, every, log_dir, animate)
        self.side = side
        self.seed = seed
        self.sample_arguments = sample_arguments or {}

    def check_model(self):
        data_shape = getattr(self.model, "data_shape", ())
        if len(data_shape) != 1 and not is_image_shape(data_shape):
            raise ValueError(
                "`SampleGrid` draws models of images (height, width, 1 or 3) and of points "
                f"(dimensions,). Received: {type(self.model).__name__} with "
                f"data_shape={data_shape}"
            )

    def draw(self, path):
        at_once = images_at_once(self.model.data_shape, pixels=PIXELS_AT_ONCE)
        arguments = {"batch_size": at_once} | self.sample_arguments
        samples = self.model.sample(self.side**2, seed=self.seed, **arguments)
        save_samples(samples, path, columns=self.side)
