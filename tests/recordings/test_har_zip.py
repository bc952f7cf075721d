"""HAR files in a zip, with their bodies beside them or in them."""

import struct
from base64 import b64decode
from copy import deepcopy
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from suites.recordings.formats import read
from suites.recordings.har_zip import LONGEST_BODY, UNPACKED
from suites.recordings.recorded import NO_BODY, CutOff, NoRecording, Recorded
from tests.command import main_of
from tests.oracles.history import History, Json
from tests.recordings.recordings import document, entry

ENTRIES = [entry(exchange) for exchange in History().exchanges.values()]
PLAIN = document(ENTRIES)
GET = entry(History().exchanges["get completed"])
judge = main_of("judge")


def zipped(files: dict[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def with_bodies_beside(entries: list[Json], folder: str = "") -> dict[str, bytes]:
    """The files of a zip in which no body stands in the HAR file."""
    files: dict[str, bytes] = {}
    for each in (taken_apart := deepcopy(entries)):
        for part in (each["request"].get("postData"), each["response"]["content"]):
            if part and part.get("text"):
                text, encoding = part.pop("text"), part.pop("encoding", None)
                body = b64decode(text) if encoding else text.encode()
                part |= {"text": "", "_file": f"{sha1(body).hexdigest()}.json"}
                files[folder + part["_file"]] = body
    return {f"{folder}har.har": document(taken_apart), **files}


def recorded(tmp_path: Path, content: bytes) -> list[Recorded]:
    path = tmp_path / "traffic.har.zip"
    path.write_bytes(content)
    return list(read(path))


def damaged(files: dict[str, bytes], name: str) -> bytes:
    """A zip with another byte in the middle of a file."""
    packed = bytearray(zipped(files, method=0))
    begin = packed.index(files[name])
    packed[begin + len(files[name]) // 2] ^= 0x01
    return bytes(packed)


def declared(files: dict[str, bytes], name: str, size: int) -> bytes:
    """A zip that says of a file that it is as long as that."""
    packed = bytearray(zipped(files))
    entry_of_file = packed.rindex(b"PK\x01\x02", 0, packed.rindex(name.encode()))
    packed[entry_of_file + 24 : entry_of_file + 28] = struct.pack("<I", size)
    return bytes(packed)


def encrypted(files: dict[str, bytes]) -> bytes:
    packed = bytearray(zipped(files))
    packed[packed.index(b"PK\x01\x02") + 8] |= 0x01
    return bytes(packed)


BESIDE = with_bodies_beside([GET])
BODY = next(name for name in BESIDE if name != "har.har")


@pytest.mark.parametrize(
    "files",
    [
        {"traffic.har": PLAIN},
        with_bodies_beside(ENTRIES),
        with_bodies_beside(ENTRIES, folder="recorded/"),
        {**with_bodies_beside(ENTRIES), "__MACOSX/._har.har": b"\0\5\x16\7"},
    ],
    ids=["bodies in it", "bodies beside it", "in a folder", "packed by macOS"],
)
def test_a_zip_gives_what_its_har_file_gives(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "plain.har"
    path.write_bytes(PLAIN)
    assert recorded(tmp_path, zipped(files)) == list(read(path))


@pytest.mark.parametrize(
    "content",
    [
        zipped({"har.har": BESIDE["har.har"]}),
        damaged(BESIDE, BODY),
        declared(BESIDE, BODY, LONGEST_BODY + 1),
        zipped({"har.har": BESIDE["har.har"].replace(BODY.encode(), b"../../etc/passwd")}),
    ],
    ids=["missing", "damaged", "too long", "elsewhere"],
)
def test_a_body_that_is_not_in_the_zip_is_set_aside(content: bytes, tmp_path: Path) -> None:
    (found,) = recorded(tmp_path, content)
    assert (found.lack, found.body) == (NO_BODY, b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({"notes.txt": b"none"}), "holds no HAR file: name a recording"),
        (zipped({"a.har": PLAIN, "b.har": PLAIN}), "holds 2 HAR files: unpack it, and name each"),
        (zipped({"a.har": PLAIN})[:-30], "cut off or damaged: pack it again"),
        (zipped({"a.har": PLAIN}, method=ZIP_LZMA), "encrypted or packed in another way: unpack it first"),
        (encrypted({"a.har": PLAIN}), "encrypted or packed in another way: unpack it first"),
        (declared({"a.har": PLAIN}, "a.har", UNPACKED + 1), "unpacks to more than 2 GiB"),
        (declared(with_bodies_beside([GET] * 40), BODY, LONGEST_BODY), "unpacks to more than 2 GiB"),
    ],
    ids=["nothing", "two", "cut off", "LZMA", "encrypted", "a bomb", "a bomb of one body"],
)
def test_what_cannot_be_read_is_a_sentence(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "traffic.har.zip"
    path.write_bytes(content)
    assert judge([str(path), "--report-dir", str(tmp_path / "report")]) == 4
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "report").exists()


def test_a_damaged_har_file_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "traffic.har.zip"
    path.write_bytes(damaged({"a.har": PLAIN}, "a.har"))
    with pytest.raises(CutOff, match="pack it again"):
        list(read(path))


def test_no_other_zip_is_taken_for_a_recording(tmp_path: Path) -> None:
    with pytest.raises(NoRecording):
        recorded(tmp_path, zipped({}))
