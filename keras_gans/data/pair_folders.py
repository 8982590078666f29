"""Pairs of images in files: side by side in one file, or under one name in two folders."""

from keras_gans.data.folder import choose_split, image_files, images_of_files, read_headers
from keras_gans.data.lookup import channels_joined

NAMED = 3  # files named in a message


def from_side_by_side(folder, request):
    """`Lookup` of the pairs in a folder whose images are twice as wide as high.

    Returns:
        The lookup, whose images have the channels of both, and how many are the left one's.

    Raises:
        ValueError: For an image of another shape, and as `folder.from_folder`.
    """
    folder = choose_split(folder, request.split)
    files, headers = read_headers(image_files(folder), request)
    for path, header in zip(files, headers, strict=True):
        if header.width != 2 * header.height:
            raise ValueError(
                "`source` must hold images that are twice as wide as high, two squares side by "
                f"side. Received: {path}, {header.width} wide and {header.height} high"
            )
    pairs, _ = images_of_files(files, headers, request, f"{folder}", halves=True)
    return pairs, pairs.shape[-1] // 2


def from_two_folders(folder_a, folder_b, request):
    """`Lookup` of the pairs of files that have one path in both folders, but for the suffix.

    Returns:
        The lookup, whose images have the channels of both, and how many are the first one's.

    Raises:
        ValueError: For a file without a partner, partners of different sizes, two files of one
            name in a folder, and as `folder.from_folder`.
    """
    folder_a, folder_b = (choose_split(folder, request.split) for folder in (folder_a, folder_b))
    files_a, files_b = _by_stem(folder_a), _by_stem(folder_b)
    _check_partners(folder_b, files_a, files_b)
    _check_partners(folder_a, files_b, files_a)
    request = request.of_each_half()
    headers_a, headers_b = _headers(files_a, request), _headers(files_b, request)
    stems = [stem for stem in files_a if stem in headers_a and stem in headers_b]
    _check_some(stems, folder_a, folder_b)
    for stem in stems:
        _check_sizes(files_a[stem], headers_a[stem], files_b[stem], headers_b[stem])
    first, numbers_a = _read(folder_a, stems, files_a, headers_a, request)
    second, numbers_b = _read(folder_b, stems, files_b, headers_b, request)
    stems = [stem for stem in stems if stem in numbers_a and stem in numbers_b]
    _check_some(stems, folder_a, folder_b)
    first = first.renumbered([numbers_a[stem] for stem in stems])
    second = second.renumbered([numbers_b[stem] for stem in stems])
    return channels_joined(first, second), first.shape[-1]


def _by_stem(folder):
    """Dictionary from the path in the folder, without the suffix, to the file."""
    files = {}
    for path in image_files(folder):
        stem = path.relative_to(folder).with_suffix("").as_posix()
        if stem in files:
            raise ValueError(
                "`source` must be two folders in each of which an image's name, without the "
                f"suffix, says which pair it is of. Received: both {files[stem]} and {path}"
            )
        files[stem] = path
    return files


def _check_partners(folder, files, partners):
    alone = [str(path) for stem, path in files.items() if stem not in partners]
    if alone:
        named = ", ".join(alone[:NAMED]) + (", ..." * (len(alone) > NAMED))
        raise ValueError(
            "`source` must be two folders with the same names of images, but for the suffix. "
            f"Received: {len(alone)} of {len(files)} images without a partner in {folder}, {named}"
        )


def _check_some(stems, folder_a, folder_b):
    if not stems:
        raise ValueError(
            "`source` must hold a pair of which both images can be decoded. "
            f"Received: {folder_a} and {folder_b}, without any"
        )


def _headers(files, request):
    """Dictionary from the stem to the header, of those files that can be read."""
    headers = dict(zip(*read_headers(list(files.values()), request), strict=True))
    return {stem: headers[path] for stem, path in files.items() if path in headers}


def _check_sizes(path_a, header_a, path_b, header_b):
    sizes = [f"{header.width}x{header.height}" for header in (header_a, header_b)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            "`source` must hold pairs of images of one size. "
            f"Received: {path_a} of {sizes[0]}, {path_b} of {sizes[1]}, width x height"
        )


def _read(folder, stems, files, headers, request):
    """`Lookup` of the images, and a dictionary from the stem to the number of each."""
    paths = [files[stem] for stem in stems]
    images, read = images_of_files(paths, [headers[stem] for stem in stems], request, f"{folder}")
    numbers = {path: number for number, path in enumerate(read)}
    return images, {stem: numbers[files[stem]] for stem in stems if files[stem] in numbers}
