"""`python -m keras_gans translate`: a folder of images through an exported model."""

import pathlib

import tyro

NAMED = 10  # failures that are listed


def translate(
    export: tyro.conf.Positional[pathlib.Path],
    source: tyro.conf.Positional[pathlib.Path],
    out: tyro.conf.Positional[pathlib.Path],
    /,
    direction: str | None = None,
    tile: int | None = None,
    overlap: int | None = None,
    overwrite: bool = False,
):
    """Translate a folder of images into another folder.

    Images keep their size, their subfolder and their name, and become PNG files. What does not fit
    the model is continued by its mirror image to the right and below, and cut back; a model of a
    single size sees larger images in overlapping tiles. What lies in the folder already is kept, so
    that the same command goes on where it was stopped. The exit code is 1 if some images could not
    be translated; they are named at the end.

    Args:
        export: Folder of an exported model, or of its versions, of which the newest is taken.
        source: Folder of images; its subfolders are searched, too.
        out: Folder of the translations; it is made if need be.
        direction: Which way, for a model with several, such as a_to_b.
        tile: Pixels of square tiles in which larger images are translated, to need less memory.
        overlap: Pixels by which tiles overlap. Defaults to a quarter of a tile.
        overwrite: Translate images again whose translation is there.
    """
    from rich.console import Console
    from rich.markup import escape

    from keras_gans.cli import _scoring
    from keras_gans.cli._translator import Translator, images_of_any_size
    from keras_gans.data.folder import SUFFIXES, image_files, visible_files
    from keras_gans.serving import Exported

    if not source.is_dir():
        raise FileNotFoundError(f"There is no folder of images {source}")
    if out.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"{out} must not lie in {source}: translations would be translated")
    translator = Translator(Exported(export), direction, tile, overlap)
    files = image_files(source)
    others = len(visible_files(source)) - len(files)
    out.mkdir(parents=True, exist_ok=True)
    places = {path: (out / path.relative_to(source)).with_suffix(".png") for path in files}
    failures, origins, kept = {}, {}, 0
    with _scoring.progress_bars() as progress, images_of_any_size():
        for path, place in progress.track(places.items(), description="translating"):
            if place in origins:
                failures[path] = f"its translation would have the name of that of {origins[place]}"
            elif place.exists() and not overwrite:
                kept += 1
            else:
                failure = translator.translate_file(path, place)
                if failure:
                    failures[path] = failure
            origins.setdefault(place, path)
    console = Console(highlight=False, soft_wrap=True)
    made = len(files) - kept - len(failures)
    also = f", {kept} were there already" if kept else ""
    console.print(f"Wrote {made} translations into [bold]{escape(str(out))}[/bold]{also}")
    if others:
        kinds = ", ".join(sorted(SUFFIXES))
        console.print(f"{others} files of other kinds than {kinds} were left out")
    for path in list(failures)[:NAMED]:
        console.print(f"not translated: {escape(f'{path}: {failures[path]}')}")
    if len(failures) > NAMED:
        console.print(f"and {len(failures) - NAMED} more were not translated")
    return 1 if failures else 0
