"""Reads PyTorch checkpoints as NumPy arrays, without PyTorch and without running what they hold.

A checkpoint is a pickle beside raw tensors, and a pickle may call anything it can name. The
unpickler here admits the few names that tensors need and builds NumPy arrays in their place.
"""

import collections
import io
import pickle
import struct
import zipfile

import numpy as np

LEGACY_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001

BFLOAT16 = "bfloat16"  # NumPy has none: read as integers, returned as float32
STORAGE_TYPES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "BFloat16Storage": BFLOAT16,
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
}


def read_torch_checkpoint(path):
    """Reads a file written by `torch.save`: a state dict, or nested containers of tensors.

    Both formats are read, the zip archive of PyTorch 1.6 and later and the older plain file.

    Args:
        path: Path of a `.pth` or `.pt` file.

    Returns:
        The saved object with NumPy arrays for tensors and parameters. A state dict becomes a
        dict from names to arrays. bfloat16 tensors become float32.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no PyTorch checkpoint, is damaged, or its pickle names anything but
            containers and tensors, such as a whole pickled module. Nothing of it has run then.

    Example:
        >>> state = read_torch_checkpoint("pt_inception-2015-12-05-6726825d.pth")
        >>> state["fc.weight"].shape
        (1008, 2048)
    """
    with open(path, "rb") as file:
        try:
            if zipfile.is_zipfile(file):
                return _read_zip(file)
            file.seek(0)
            return _read_legacy(file)
        except (
            pickle.UnpicklingError, zipfile.BadZipFile, EOFError, KeyError, IndexError,
            TypeError, ValueError, AttributeError, struct.error, OverflowError, RecursionError,
        ) as error:  # fmt: skip
            raise ValueError(
                "`path` must be a PyTorch checkpoint that holds nothing but containers and "
                f"tensors ({error or type(error).__name__}). Received: path={path}"
            ) from error


class _TensorUnpickler(pickle.Unpickler):
    """Unpickler that knows containers and tensors, and refuses every other name."""

    def __init__(self, file, storage_of):
        super().__init__(file, encoding="utf-8")
        self.storage_of = storage_of

    def find_class(self, module, name):
        if (module, name) in NAMES:
            return NAMES[module, name]
        if module == "torch" and name in STORAGE_TYPES:
            return _StorageType(name)
        raise pickle.UnpicklingError(f"the file names {module}.{name}, which is not admitted")

    def persistent_load(self, persistent_id):
        kind, storage_type, key, _, count, *view = persistent_id
        if kind != "storage" or not isinstance(storage_type, _StorageType) or any(view):
            raise pickle.UnpicklingError(f"an unknown kind of storage, {persistent_id!r:.80}")
        return _Storage(self.storage_of(str(key), STORAGE_TYPES[storage_type.name], count))


_StorageType = collections.namedtuple("_StorageType", "name")


class _Storage:
    """Raw values of a tensor; `load` gives them when they have been read."""

    def __init__(self, load):
        self.load = load


class _Tensor:
    """A tensor whose values are not read yet: the legacy format holds them behind the pickle."""

    def __init__(self, storage, offset, size, stride):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self):
        values = self.storage.load()
        size, stride = tuple(self.size), tuple(self.stride)
        numbers = (self.offset, *size, *stride)
        if len(size) != len(stride) or not all(type(n) is int and n >= 0 for n in numbers):
            raise ValueError(f"a tensor of impossible shape {size!r:.80}")
        last = self.offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        if 0 not in size and last >= len(values):  # as_strided itself would read beyond
            raise ValueError("a tensor that reaches beyond its storage")
        if 0 in size:
            return np.zeros(size, values.dtype)
        strides = [step * values.itemsize for step in stride]
        view = np.lib.stride_tricks.as_strided(values[self.offset :], size, strides)
        return view.copy()


def _rebuild_tensor(storage, offset, size, stride, *_):
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor without storage")
    return _Tensor(storage, offset, size, stride)


def _rebuild_parameter(tensor, *_):
    return tensor


NAMES = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch", "Size"): tuple,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
}


def _read_zip(file):
    """The zip format: `<name>/data.pkl` beside one file `<name>/data/<key>` per storage."""
    with zipfile.ZipFile(file) as archive:
        pickles = [name for name in archive.namelist() if name.split("/")[1:] == ["data.pkl"]]
        if len(pickles) != 1:
            raise ValueError("a zip archive without one data.pkl")
        folder = pickles[0].removesuffix("data.pkl")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise ValueError("a compressed archive, which torch.save does not write")
        if f"{folder}byteorder" in archive.namelist():
            _check_byte_order(archive.read(f"{folder}byteorder") == b"little")

        def storage_of(key, dtype, count):
            return lambda: _values(archive.read(f"{folder}data/{key}"), dtype, count)

        saved = _TensorUnpickler(io.BytesIO(archive.read(pickles[0])), storage_of).load()
        return _with_arrays(saved)


def _read_legacy(file):
    """The format before PyTorch 1.6: five pickles, then each storage as a count and its bytes."""
    expected = {}  # key -> (dtype, count)
    values = {}

    def storage_of(key, dtype, count):
        expected[key] = dtype, count
        return lambda: values[key]

    def load():
        return _TensorUnpickler(file, storage_of).load()

    if load() != LEGACY_MAGIC_NUMBER or load() != LEGACY_PROTOCOL:
        raise ValueError("neither a zip archive nor PyTorch's magic number")
    _check_byte_order(load()["little_endian"])
    saved = load()
    for key in map(str, load()):
        dtype, count = expected[key]
        (stored_count,) = struct.unpack("<q", file.read(8))
        if stored_count != count:
            raise ValueError("a storage of another length than announced")
        values[key] = _values(file.read(count * _item_size(dtype)), dtype, count)
    return _with_arrays(saved)


def _values(data, dtype, count):
    if len(data) != count * _item_size(dtype):
        raise ValueError("a storage is cut short")
    if dtype is BFLOAT16:
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, dtype)


def _item_size(dtype):
    return 2 if dtype is BFLOAT16 else dtype.itemsize


def _check_byte_order(is_little):
    if not is_little:
        raise ValueError("a big-endian file, which is not supported")


def _with_arrays(saved):
    """The saved containers as plain ones, with an array for every tensor."""
    if isinstance(saved, _Tensor):
        return saved.array()
    if isinstance(saved, dict):
        return {key: _with_arrays(value) for key, value in saved.items()}
    if isinstance(saved, list | tuple):
        return type(saved)(_with_arrays(value) for value in saved)
    return saved
