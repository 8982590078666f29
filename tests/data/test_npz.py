import numpy as np
import pytest

from keras_gans import data

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1), np.uint8)
LABELS = np.arange(6)


def first(path, **settings):
    return next(iter(data.load(path, batch_size=6, shuffle=False, **settings)))


class TestNpz:
    @pytest.mark.parametrize(
        ("names", "split"),
        [
            (("images", "labels"), "train"),
            (("x", "y"), "train"),
            (("arr_0", "arr_1"), "train"),
            (("x_train", "y_train"), "train"),
            (("x_test", "y_test"), "test"),
            (("train_images", "train_labels"), "train"),
        ],
    )
    @pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
    def test_usual_names(self, tmp_path, names, split, save):
        save(tmp_path / "a.npz", **dict(zip(names, (IMAGES, LABELS), strict=True)))
        images, labels = first(tmp_path / "a.npz", split=split, labels=True)
        np.testing.assert_array_equal(np.round((images + 1) * 127.5), IMAGES)
        np.testing.assert_array_equal(labels, LABELS)

    def test_a_single_array_by_any_name_and_a_path_as_text(self, tmp_path):
        np.savez(tmp_path / "a.npz", faces=IMAGES)
        assert first(str(tmp_path / "a.npz")).shape == (6, 4, 4, 1)

    def test_column_major_and_double_precision(self, tmp_path):
        points = np.asfortranarray(np.random.default_rng(0).normal(size=(6, 2)))
        np.savez(tmp_path / "a.npz", points=points)
        np.testing.assert_array_equal(first(tmp_path / "a.npz"), points.astype("float32"))

    def test_files_that_do_not_fit(self, tmp_path):
        path = tmp_path / "a.npz"
        with pytest.raises(FileNotFoundError, match="a.npz"):
            first(path)
        np.savez(path, faces=IMAGES, more=IMAGES)
        with pytest.raises(ValueError, match=r"`images`.*\['faces', 'more'\]"):
            first(path)
        np.savez(path, x_train=IMAGES)
        with pytest.raises(ValueError, match="`x_test`"):
            first(path, split="test")
        with pytest.raises(data.NoLabelsError, match="`labels`"):
            first(path, labels=True)
        np.savez(path, images=np.array([None] * 6))
        with pytest.raises(ValueError, match="plain arrays.*dtype object"):
            first(path)

    def test_a_file_damaged_within(self, tmp_path):
        path = tmp_path / "a.npz"
        np.savez_compressed(path, images=IMAGES)
        content = bytearray(path.read_bytes())
        content[len(content) // 3 : len(content) // 2] = b"\xff" * (
            len(content) // 2 - len(content) // 3
        )
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read.*a.npz"):
            first(path)

    @pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
    def test_a_file_cut_off(self, tmp_path, share):
        path = tmp_path / "a.npz"
        np.savez(path, images=IMAGES)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(ValueError, match="cannot be read.*a.npz"):
            first(path)
