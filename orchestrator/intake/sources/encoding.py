"""Tell UTF-8, UTF-16 and Windows-1251 apart by reading the whole file once."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orchestrator.intake.refused import ImportRefused

CHUNK_BYTES: Final = 1 << 20
ASCII: Final = bytes(range(0x80))
# In Windows-1251 the letters lie at C0..FF (and ё, Ё below); in UTF-8 and in the DOS code page
# a large part of Russian text falls into 80..BF.
LOW_HALF: Final = bytes(sorted(set(range(0x80, 0xC0)) - {0xA8, 0xB8, 0xAB, 0xBB, 0xB9, 0xA0}))
LOW_HALF_SHARE_MAX: Final = 0.2
SUPPORTED: Final = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "cp1251": "cp1251"}
ALIASES: Final = {"windows-1251": "cp1251", "utf8": "utf-8", "win1251": "cp1251"}


def detect(path: Path, *, declared: str | None) -> str:
    """Name the encoding of a text file; refuses what cannot be read from end to end."""
    if declared is not None:
        name = ALIASES.get(declared.casefold(), declared.casefold())
        if name not in SUPPORTED:
            raise ImportRefused("option_unreadable", option="encoding")
        return _whole(path, SUPPORTED[name])
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ImportRefused("encoding")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _whole(path, "utf-16")
    if 0 in head.partition(b"\n")[0]:
        raise ImportRefused("not_text")
    try:
        return _whole(path, "utf-8-sig")
    except ImportRefused:
        if head.startswith(codecs.BOM_UTF8) or not _looks_like_1251(path):
            raise
    return _whole(path, "cp1251")


def _whole(path: Path, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise ImportRefused("encoding") from None
    return encoding


def _looks_like_1251(path: Path) -> bool:
    high = low_half = 0
    for chunk in _chunks(path):
        beyond = chunk.translate(None, ASCII)
        high += len(beyond)
        low_half += len(beyond) - len(beyond.translate(None, LOW_HALF))
    return low_half <= high * LOW_HALF_SHARE_MAX


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
