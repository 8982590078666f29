import os
import pathlib

import pytest
import tensorflow as tf

from keras_gans.serving import Exported, publish
from keras_gans.serving.versions import find_export
from tests.callbacks.tiny import tiny_gan

WHOLE = {
    "saved_model.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00001",
    "assets.extra/keras_gans.json",
    "assets.extra/tf_serving_warmup_requests",
}


def files_in(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix() for path in files}


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


class TestPublish:
    def test_versions_count_up_and_nothing_else_is_left(self, tmp_path):
        model = tiny_gan((2,))
        directory = tmp_path / "new" / "tiny"
        assert publish(model, directory) == directory / "1"
        assert publish(model, str(directory)) == directory / "2"
        assert names_in(directory) == ["1", "2"]
        assert files_in(directory / "2") >= WHOLE

    def test_follows_the_highest_number_and_passes_over_other_names(self, tmp_path):
        for name in ("3", "10", "notes", ".11.aside", "12.old"):
            (tmp_path / name).mkdir()
        assert publish(tiny_gan((2,)), tmp_path).name == "11"

    def test_folders_that_tensorflow_could_not_read(self, tmp_path):
        model, folder = tiny_gan((2,)), tmp_path / "run[2]"
        with pytest.raises(ValueError, match="`filepath` must have no square brackets"):
            model.export(folder)
        with pytest.raises(ValueError, match="`directory` must have no square brackets"):
            publish(model, folder)
        assert not folder.exists()
        model.export(tmp_path / "run")
        (tmp_path / "run").rename(folder)
        with pytest.raises(ValueError, match="`path` must have no square brackets"):
            Exported(folder)

    def test_a_version_becomes_visible_when_it_is_whole(self, tmp_path, monkeypatch):
        renames = []
        replace = os.replace

        def watched_replace(source, target):
            target = pathlib.Path(target)
            renames.append((target, files_in(pathlib.Path(source)), names_in(tmp_path)))
            replace(source, target)

        monkeypatch.setattr(os, "replace", watched_replace)
        publish(tiny_gan((2,)), tmp_path)
        target, files, visible = renames[-1]
        assert target == tmp_path / "1"
        assert files >= WHOLE
        assert all(name.startswith(".") for name in visible)  # the folder aside, hidden

    def test_readable_for_the_user_that_serves(self, tmp_path):
        mode = publish(tiny_gan((2,)), tmp_path).stat().st_mode
        (tmp_path / "usual").mkdir()
        assert mode == (tmp_path / "usual").stat().st_mode

    def test_two_at_once_get_a_number_each(self, tmp_path, monkeypatch):
        first, second = tiny_gan((2,)), tiny_gan((2,), seed=7)
        export = first.export

        def overtaken_export(path):
            monkeypatch.setattr(first, "export", export)
            publish(second, tmp_path)
            export(path)

        monkeypatch.setattr(first, "export", overtaken_export)
        assert publish(first, tmp_path).name == "2"
        assert names_in(tmp_path) == ["1", "2"]
        assert '"seed": 7' in (tmp_path / "1/assets.extra/keras_gans.json").read_text()
        assert '"seed": 0' in (tmp_path / "2/assets.extra/keras_gans.json").read_text()

    def test_a_failure_leaves_nothing_behind(self, tmp_path, monkeypatch):
        def full_disk(model, path, *args, **kwargs):
            pathlib.Path(path, "variables").mkdir(parents=True)
            raise OSError("No space left on device")

        monkeypatch.setattr(tf.saved_model, "save", full_disk)
        with pytest.raises(OSError, match="No space left"):
            publish(tiny_gan((2,)), tmp_path)
        assert names_in(tmp_path) == []

    def test_an_export_is_no_folder_of_versions(self, tmp_path):
        path = publish(tiny_gan((2,)), tmp_path)
        with pytest.raises(ValueError, match=r"`directory` must be a folder of versions.*Received"):
            publish(tiny_gan((2,)), path)

    def test_a_folder_that_cannot_be_made_is_refused(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(OSError, match="file"):
            publish(tiny_gan((2,)), tmp_path / "file" / "tiny")


class TestFindExport:
    def make(self, folder):
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").touch()

    def test_an_export_or_the_newest_of_its_versions(self, tmp_path):
        for version in ("2", "10"):
            self.make(tmp_path / version)
        (tmp_path / "11").mkdir()  # holds nothing
        assert find_export(tmp_path) == tmp_path / "10"
        self.make(tmp_path / "00000123")
        assert find_export(tmp_path) == tmp_path / "00000123"
        assert find_export(tmp_path / "2") == tmp_path / "2"

    @pytest.mark.parametrize("name", ["missing", "empty", "file"])
    def test_anything_else_is_refused(self, tmp_path, name):
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").touch()
        with pytest.raises(FileNotFoundError, match=f"`path` must be an exported .*{name}"):
            find_export(tmp_path / name)
