"""One image file to a uint8 array, through Pillow."""

import dataclasses

import numpy as np
import PIL.Image
import PIL.ImageOps

GRAY_MODES = {"1", "L", "LA", "La", "I", "F"}  # and those of 16 bits, "I;16" and its kin


@dataclasses.dataclass(frozen=True)
class Header:
    """What a file says before it is decoded; height and width are after EXIF rotation."""

    height: int
    width: int
    channels: int


def read_header(path):
    """The `Header` of an image file; raises whatever Pillow raises."""
    with PIL.Image.open(path) as image:
        rotated = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)  # EXIF's orientation tag
        width, height = image.size[::-1] if rotated else image.size
        return Header(height, width, _channels(image.mode))


def read_image(path, image_size=None, channels=None, crop="center"):
    """Decodes a file and brings it to a size and a number of channels.

    EXIF rotation is applied, 16 bits are scaled to 8, transparency is laid on white, palettes
    become colour, of an animation the first frame is taken. Size and channels are made as by
    `preprocess.fit_images`.

    Args:
        path: Path of a PNG, JPEG, WebP or BMP file.
        image_size: Height and width, or `None` for the image's own.
        channels: 1 or 3, or `None` for the image's own.
        crop: "center" or "pad".

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        ValueError: If the file cannot be decoded; the message names it.
        FileNotFoundError: If there is no such file.
    """
    # JPEG decodes large photographs at a half to an eighth
    image = _decoded(path, channels, draft_size=image_size and 2 * image_size)
    return _pixels(image, image_size, crop)


def read_halves(path, image_size, channels):
    """Decodes a file that holds two square images side by side.

    Args:
        path: As for `read_image`, of an image twice as wide as high.
        image_size: Height and width of the result.
        channels: 1 or 3.

    Returns:
        uint8 array `(image_size, image_size, 2 * channels)`: the channels of the left image, then
        those of the right one.

    Raises:
        ValueError, FileNotFoundError: As `read_image`.
    """
    image = _decoded(path, channels)
    middle = image.width // 2
    halves = [(0, 0, middle, image.height), (middle, 0, 2 * middle, image.height)]
    # Cut before they are resized: a filter that reached over the middle would mix them.
    pixels = [_pixels(image.crop(box), image_size, "center") for box in halves]
    return np.concatenate(pixels, axis=-1)


def _decoded(path, channels, draft_size=None):
    """The file as an upright Pillow image of mode "L" or "RGB"."""
    try:
        with PIL.Image.open(path) as image:
            if draft_size is not None:
                image.draft(None, (draft_size, draft_size))
            channels = channels or _channels(image.mode)
            image = PIL.ImageOps.exif_transpose(image)
            return _flat(image).convert("L" if channels == 1 else "RGB")
    except FileNotFoundError:
        raise
    except Exception as error:  # Pillow raises nearly anything for damaged files
        raise ValueError(
            f"The file {path} cannot be decoded ({type(error).__name__}: {error}); remove it, or "
            'leave such files out with `on_error="skip"`'
        ) from error


def _pixels(image, image_size, crop):
    if image_size is not None and image.size != (image_size, image_size):
        image = _square(image, image_size, crop)
    pixels = np.asarray(image)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def _channels(mode):
    return 1 if mode in GRAY_MODES or mode.startswith("I;16") else 3


def _flat(image):
    """The image with 8 bits and without transparency."""
    if image.mode.startswith("I"):  # gray of 16 bits, some of which Pillow opens as 32
        pixels = np.asarray(image).astype(np.float32) / 257.0
        return PIL.Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = PIL.Image.new("RGBA", image.size, "white")
        return PIL.Image.alpha_composite(white, image)
    return image


def _square(image, size, crop):
    width, height = image.size
    if crop == "pad" and width != height:
        side = max(width, height)
        padded = PIL.Image.new(image.mode, (side, side))
        padded.paste(image, ((side - width) // 2, (side - height) // 2))
        image, width, height = padded, side, side
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), PIL.Image.Resampling.BILINEAR, box=box)
