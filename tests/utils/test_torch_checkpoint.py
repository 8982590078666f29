import collections
import os
import pathlib
import pickle
import struct
import zipfile

import numpy as np
import pytest

from keras_gans.utils import torch_checkpoint
from keras_gans.utils.torch_checkpoint import read_torch_checkpoint

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


class RunsAFunction:
    """Pickles as a call of `function(argument)`."""

    def __init__(self, function, argument):
        self.call = function, (argument,)

    def __reduce__(self):
        return self.call


def write_zip(path, pickled, compression=zipfile.ZIP_STORED, **storages):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", pickled)
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key.removeprefix('_')}", data)
    return path


def pickled_tensor(size, stride, offset=0, count=4):
    """The pickle of one float32 tensor over storage "0", written by hand."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if isinstance(item, str) and item == "STORAGE":
                return ("storage", FloatStorage, "0", "cpu", count)
            return None

    file = torch_checkpoint.io.BytesIO()
    arguments = "STORAGE", offset, size, stride, False, collections.OrderedDict()
    tensor = RunsAFunction(_rebuild_tensor_v2, None)
    tensor.call = _rebuild_tensor_v2, arguments
    Pickler(file, protocol=2).dump({"tensor": tensor})
    names = {b"FloatStorage": b"torch", b"_rebuild_tensor_v2": b"torch._utils"}
    pickled = file.getvalue()
    for name, module in names.items():
        pickled = pickled.replace(
            b"c" + __name__.encode() + b"\n" + name, b"c" + module + b"\n" + name
        )
    return pickled


class FloatStorage:
    pass


def _rebuild_tensor_v2():
    pass


class TestReadTorchCheckpoint:
    def test_numbers_of_the_other_byte_order_are_refused(self, tmp_path):
        path = write_zip(tmp_path / "a.pth", pickled_tensor((2, 2), (2, 1)), _0=bytes(16))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("archive/byteorder", b"big")
        with pytest.raises(ValueError, match="big-endian"):
            read_torch_checkpoint(path)

    @pytest.mark.parametrize("name", ["checkpoint_zip.pth", "checkpoint_legacy.pth"])
    def test_what_torch_saved_is_read(self, name):
        saved = read_torch_checkpoint(GOLDEN / name)
        assert saved["epoch"] == 3
        assert saved["sizes"] == [(1, 2), ("a", None)]
        state = saved["model"]
        assert list(state)[:3] == ["0.weight", "0.bias", "1.weight"]
        expected = np.arange(24, dtype="float32")
        np.testing.assert_array_equal(state["0.weight"], expected.reshape(3, 2, 2, 2))
        np.testing.assert_array_equal(state["1.bias"], [300.0, 301.0, 302.0])
        np.testing.assert_array_equal(state["transposed"], expected.reshape(4, 6).T)
        np.testing.assert_array_equal(state["slice"], expected.reshape(4, 6)[1:3, 2:])
        np.testing.assert_array_equal(state["half"], np.array([0.5, -3.0], "float16"))
        np.testing.assert_array_equal(state["bfloat16"], np.array([0.5, -3.0], "float32"))
        assert state["parameter"].tolist() == [1.5, -2.5]
        assert state["parameter"].dtype == np.float64
        assert state["scalar"] == 7
        assert state["scalar"].dtype == np.int32
        assert state["empty"].shape == (0, 3)
        assert state["flags"].tolist() == [True, False]

    def test_arrays_are_writable_and_own_their_memory(self):
        state = read_torch_checkpoint(GOLDEN / "checkpoint_zip.pth")["model"]
        state["slice"] += 1.0
        assert state["transposed"][2, 1] == 8.0

    @pytest.mark.parametrize("legacy", [False, True])
    def test_code_in_the_pickle_does_not_run(self, tmp_path, legacy):
        trace = tmp_path / "ran"
        attack = RunsAFunction(os.system, f"touch {trace}")
        path = tmp_path / "attack.pth"
        if legacy:
            path.write_bytes(pickle.dumps(attack))
        else:
            write_zip(path, pickle.dumps(attack))
        with pytest.raises(ValueError, match=r"names (posix|nt)\.system.*attack.pth"):
            read_torch_checkpoint(path)
        assert not trace.exists()

    @pytest.mark.parametrize("function", [eval, getattr, __import__, pickle.loads, print])
    def test_no_other_name_is_admitted(self, tmp_path, function):
        attack = RunsAFunction(function, "1")
        path = write_zip(tmp_path / "attack.pth", pickle.dumps(attack))
        with pytest.raises(ValueError, match=r"which is not admitted"):
            read_torch_checkpoint(path)

    def test_a_tensor_written_by_hand_is_read(self, tmp_path):
        data = struct.pack("<4f", 1, 2, 3, 4)
        path = write_zip(tmp_path / "x.pth", pickled_tensor((2, 2), (1, 2)), _0=data)
        np.testing.assert_array_equal(
            read_torch_checkpoint(path)["tensor"], [[1.0, 3.0], [2.0, 4.0]]
        )

    @pytest.mark.parametrize(
        ("size", "stride", "offset", "message"),
        [
            ((5,), (1,), 0, "beyond its storage"),
            ((2,), (1,), 3, "beyond its storage"),
            ((2, 2), (1 << 40, 1), 0, "beyond its storage"),
            ((2,), (-1,), 3, "impossible shape"),
            ((2,), (1,), -4, "impossible shape"),
            ((2, 2), (1,), 0, "impossible shape"),
            ((2,), (1.0,), 0, "impossible shape"),
        ],
    )
    def test_no_memory_beyond_a_storage_is_read(self, tmp_path, size, stride, offset, message):
        pickled = pickled_tensor(size, stride, offset)
        path = write_zip(tmp_path / "x.pth", pickled, _0=bytes(16))
        with pytest.raises(ValueError, match=message):
            read_torch_checkpoint(path)

    @pytest.mark.parametrize(
        "content", [b"", b"GIF89a", b"\x80\x04K\x01.", pickle.dumps({"weights": [1.0]})]
    )
    def test_other_files_are_refused(self, tmp_path, content):
        path = tmp_path / "other.pth"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"`path` must be a PyTorch checkpoint.*other.pth"):
            read_torch_checkpoint(path)

    @pytest.mark.parametrize("name", ["checkpoint_zip.pth", "checkpoint_legacy.pth"])
    def test_a_damaged_file_is_refused(self, tmp_path, name):
        content = (GOLDEN / name).read_bytes()
        path = tmp_path / "cut.pth"
        path.write_bytes(content[: len(content) * 2 // 3])
        with pytest.raises(ValueError, match=r"`path` must be a PyTorch checkpoint.*cut.pth"):
            read_torch_checkpoint(path)

    def test_a_compressed_archive_is_refused(self, tmp_path):
        pickled = pickle.dumps({})
        path = write_zip(tmp_path / "bomb.pth", pickled, zipfile.ZIP_DEFLATED)
        with pytest.raises(ValueError, match=r"a compressed archive"):
            read_torch_checkpoint(path)

    def test_a_missing_file_says_so(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_torch_checkpoint(tmp_path / "missing.pth")
