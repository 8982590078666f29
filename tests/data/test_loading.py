import subprocess
import sys
import textwrap

import numpy as np
import PIL.Image
import pytest

from keras_gans import data


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder called like a TFDS data set, in the working directory."""
    (tmp_path / "mnist").mkdir()
    for number in range(4):
        PIL.Image.new("L", (8, 8), number).save(tmp_path / "mnist" / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestWhichSource:
    def test_a_folder_is_told_from_a_name_by_a_slash(self, photos, mnist_directory):
        assert data.load("./mnist", batch_size=4).num_examples == 4
        assert data.load(photos / "mnist", batch_size=4).num_examples == 4
        test_split = {"split": "test[:10]", "batch_size": 10}
        assert data.load("mnist", data_dir=mnist_directory, **test_split).num_examples == 10

    def test_a_folder_called_glyphs_is_a_folder_where_a_slash_says_so(self, photos):
        (photos / "mnist").rename(photos / "glyphs")
        assert data.load("glyphs/", batch_size=4).num_examples == 4
        with pytest.raises(ValueError, match="hold images"):
            (photos / "glyphs" / "28_4_4").mkdir()
            data.load("glyphs/28_4_4", batch_size=4)

    @pytest.mark.parametrize(
        "image_size, rendered", [(None, 28), (28, 28), (29, 32), (33, 64), (128, 128), (200, 128)]
    )
    def test_glyphs_are_rendered_in_the_smallest_size_that_does(
        self, monkeypatch, image_size, rendered
    ):
        class FoundError(Exception):
            pass

        def prepare(size, data_dir, **numbers):
            raise FoundError(size)

        monkeypatch.setattr("keras_gans.data.loading.prepare_glyphs", prepare)
        with pytest.raises(FoundError) as found:
            data.load("glyphs", image_size=image_size)
        assert found.value.args == (rendered,)

    @pytest.mark.parametrize("source", ["no/such/folder", "~/no_such_folder", "missing.npz"])
    def test_paths_that_do_not_exist(self, source):
        with pytest.raises(FileNotFoundError, match="`source` must exist.*Received: source="):
            data.load(source)

    def test_files_that_are_no_source(self, tmp_path):
        (tmp_path / "notes.txt").write_text("")
        with pytest.raises(ValueError, match="folder or an .npz file.*notes.txt"):
            data.load(tmp_path / "notes.txt")

    @pytest.mark.parametrize("source", ["glyphs/27", "glyphs/28_5", "glyphs/large"])
    def test_glyphs_that_do_not_exist(self, source):
        with pytest.raises(ValueError, match="Received: (source|size)="):
            data.load(source)


@pytest.mark.parametrize("kind", ["npz", "resized"])
def test_memory_holds_the_data_once(kind, tmp_path):
    """Peak memory of a process that loads 128 MiB and reads an epoch of it."""
    side = 64 if kind == "npz" else 128
    images = np.zeros((32_768 if kind == "npz" else 8_192, side, side, 1), np.uint8)
    np.savez(tmp_path / "a.npz", images=images)
    script = f"""
        import resource
        import numpy as np
        from keras_gans import data

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        list(data.load(np.zeros((2048, 64, 64, 1), "uint8"), image_size=32).take(2))  # warm up
        before = peak()
        batches = data.load({str(tmp_path / "a.npz")!r}, image_size=64)
        for _ in batches.from_step(0).take(batches.steps_per_epoch):
            pass
        print(peak() - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    data_size = 128 if kind == "npz" else 128 + 32  # MiB: what was read, and what was made of it
    assert float(result.stdout) < data_size + 60
