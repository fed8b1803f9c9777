"""The process that opens a stranger's geometry: `python -I -m lebenslagen.project.read.geochild FILENAME LAYER < file`.

It answers with a head of JSON (columns, reference system, problems) and the geometries as WKB that it wrote itself.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Callable

from lebenslagen.project.read.content import EIGHT_BIT, LIMIT_BYTES, Refused, content_kind
from lebenslagen.project.read.sandbox import confine
from lebenslagen.project.read.shapefile import read_shapefile
from lebenslagen.project.read.shapes import Layer, read_geojson, read_geopackage, read_gml

__all__ = ["main", "open_layer"]

READERS: dict[str, tuple[str, Callable[[bytes, str, str], Layer]]] = {
    ".geojson": ("json", read_geojson),
    ".json": ("json", read_geojson),
    ".gpkg": ("sqlite", read_geopackage),
    ".zip": ("zip", read_shapefile),
    ".gml": ("xml", read_gml),
}


def open_layer(data: bytes, filename: str, layer: str) -> Layer:
    """The layer, or one without features whose note says why it was refused.

    >>> open_layer(b"", "a.geojson", "").notes[0].code
    'file-empty'
    """
    try:
        return _open(data, filename, layer)
    except Refused as refused:
        return Layer(notes=[refused.note])
    except MemoryError:
        return Layer(notes=[Refused("reading-too-big", filename).note])


def _open(data: bytes, filename: str, layer: str) -> Layer:
    if not data:
        raise Refused("file-empty", filename)
    if len(data) > LIMIT_BYTES:
        raise Refused("file-too-big", filename, limit=LIMIT_BYTES // 1024**2)
    ending = "." + filename.rpartition(".")[2].lower()
    if ending not in READERS:
        raise Refused("geometry-format", filename, ending=ending, known=", ".join(READERS))
    wanted, reader = READERS[ending]
    kind = content_kind(data)
    if kind != wanted and not (wanted == "json" and kind == "text"):
        raise Refused("content-differs", filename, kind=kind, ending=ending)
    return reader(data, filename, layer)


def pack(layer: Layer) -> bytes:
    """The layer as bytes: length of the head, head, geometries.

    >>> int.from_bytes(pack(Layer())[:8], "big") > 0
    True
    """
    head = {
        "columns": layer.columns,
        "sizes": [len(w) for w in layer.wkb],
        "crs": layer.crs,
        "problems": layer.problems,
        "dropped": layer.dropped,
        "notes": [[n.code, n.where, dict(n.values)] for n in layer.notes],
    }
    encoded = json.dumps(head).encode()
    return b"".join([len(encoded).to_bytes(8, "big"), encoded, *layer.wkb])


def main() -> None:
    """Read standard input, answer on standard output.

    >>> main.__name__
    'main'
    """
    for name in (*EIGHT_BIT, "cp437", "utf-8-sig", "latin-1"):
        codecs.lookup(name)  # found on disk now, because later no file can be opened
    confine()
    layer = open_layer(sys.stdin.buffer.read(), sys.argv[1], sys.argv[2])
    sys.stdout.buffer.write(pack(layer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
