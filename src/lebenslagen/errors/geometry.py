"""Faults of delivered geometries: formats, coordinates, polygons, boundaries of another date."""

from __future__ import annotations

from lebenslagen.errors.kinds import ASK, N_, REJECT, WARN, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "geometry-format": FaultKind(
        REJECT,
        N_("Files ending in “{ending}” are not read as geometry; nothing was stored."),
        N_("Deliver one of: {known} (a shapefile as ZIP)."),
    ),
    "not-a-feature-collection": FaultKind(
        REJECT,
        N_("The file is no collection of features; nothing was stored."),
        N_("Export the layer anew from the geographic information system."),
    ),
    "json-broken": FaultKind(
        REJECT,
        N_("The JSON cannot be read at line {line}, sign {position}; nothing was stored."),
        N_("Export the layer anew; it may be cut off."),
    ),
    "json-key-twice": FaultKind(
        REJECT,
        N_("The key “{key}” stands twice in one object; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "json-constant": FaultKind(
        REJECT,
        N_("“{value}” is no number; nothing was stored."),
        N_("Repair the geometry and export the layer anew."),
    ),
    "json-too-deep": FaultKind(
        REJECT, N_("The JSON is nested too deeply; nothing was stored."), N_("Export the layer anew.")
    ),
    "xml-broken": FaultKind(
        REJECT, N_("The XML cannot be read ({reason}); nothing was stored."), N_("Export the layer anew.")
    ),
    "too-many-features": FaultKind(
        REJECT,
        N_("More than {limit} features; nothing was stored."),
        N_("Deliver only the layer that was agreed."),
    ),
    "geopackage-broken": FaultKind(
        REJECT, N_("The GeoPackage is damaged; nothing was stored."), N_("Export it anew.")
    ),
    "geopackage-code": FaultKind(
        REJECT,
        N_("The GeoPackage holds statements of its own (“{name}”); nothing was stored."),
        N_("Export the layer into a new GeoPackage."),
    ),
    "layer-absent": FaultKind(
        REJECT,
        N_("The layer “{layer}” is absent. There are: {layers}."),
        N_("Name the layer as agreed, or change `layer` in the declaration."),
    ),
    "layer-unclear": FaultKind(
        ASK,
        N_("The file holds several layers: {layers}. Which one counts?"),
        N_("Name it as `layer` in the declaration."),
    ),
    "layer-empty": FaultKind(
        REJECT, N_("The layer has no features; nothing was stored."), N_("Export the layer anew.")
    ),
    "shapefile-part-absent": FaultKind(
        REJECT,
        N_("The shapefile lacks its part {part}; nothing was stored."),
        N_("Pack all parts (.shp, .shx, .dbf, .prj) into one ZIP."),
    ),
    "shapefile-broken": FaultKind(
        REJECT,
        N_("The part {part} of the shapefile is damaged; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "shapefile-counts-differ": FaultKind(
        REJECT,
        N_("{shapes} shapes, but {rows} rows of attributes; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "shapefile-without-index": FaultKind(
        WARN,
        N_("The index .shx is absent; the shapes were read without it."),
        N_("Pack all parts in future."),
    ),
    "encoding-unclear": FaultKind(
        ASK,
        N_("The shapefile does not say its encoding: “{a}” or “{b}”?"),
        N_("Add a .cpg file, or export as GeoPackage."),
    ),
    "crs-absent": FaultKind(
        ASK,
        N_("The file does not say its reference system. Which one is it?"),
        N_("Add the .prj file, or export as GeoPackage with reference system."),
    ),
    "crs-unregistered": FaultKind(
        REJECT,
        N_("The reference system {crs} is not known; nothing was stored."),
        N_("Export the layer in EPSG:25832 or EPSG:25833."),
    ),
    "not-degrees": FaultKind(
        REJECT,
        N_("Values up to {value} are no degrees ({crs}); nothing was stored."),
        N_("State the true reference system, probably EPSG:25832 or EPSG:25833."),
    ),
    "axes-swapped": FaultKind(
        REJECT,
        N_(
            "The coordinates lie at {north}° N, {east}° E: latitude and longitude are probably swapped; nothing was stored."
        ),
        N_("Export the layer with longitude first."),
    ),
    "outside-box": FaultKind(
        REJECT,
        N_(
            "The coordinates lie outside the expected area ({crs}); meant is probably {hint}. Nothing was stored."
        ),
        N_("State the true reference system."),
    ),
    "height-dropped": FaultKind(
        WARN, N_("{n} features carry heights or measures; they were left out."), N_("Nothing to do.")
    ),
    "geometry-empty": FaultKind(
        REJECT, N_("{area} has no geometry."), N_("Draw the polygon, or take the object out.")
    ),
    "geometry-broken": FaultKind(
        REJECT, N_("The geometry of {area} cannot be read."), N_("Repair it and export the layer anew.")
    ),
    "geometry-kind": FaultKind(
        REJECT, N_("{area} is of a kind of geometry that does not belong here."), N_("Deliver polygons only.")
    ),
    "coordinate-not-finite": FaultKind(
        REJECT, N_("{area} has a coordinate that is no finite number."), N_("Repair the geometry.")
    ),
    "coordinate-absurd": FaultKind(
        REJECT, N_("{area} has a coordinate that lies nowhere on Earth."), N_("Repair the geometry.")
    ),
    "too-many-vertices": FaultKind(
        REJECT, N_("{area} has more than 200,000 corners."), N_("Simplify the border.")
    ),
    "ring-open": FaultKind(REJECT, N_("The border of {area} is not closed."), N_("Close the ring.")),
    "ring-too-short": FaultKind(
        REJECT, N_("The border of {area} has fewer than three corners."), N_("Draw the polygon anew.")
    ),
    "area-zero": FaultKind(REJECT, N_("{area} has the size 0."), N_("Draw the polygon anew.")),
    "polygon-invalid": FaultKind(
        ASK,
        N_(
            "The border of {area} crosses itself ({reason}); repaired it would have {percent} % of its size. Repair it?"
        ),
        N_("Have it corrected, or declare a remedy with its reason."),
    ),
    "polygon-twice": FaultKind(
        ASK,
        N_("The key {key} stands at {n} polygons. Do they belong together?"),
        N_("Declare a remedy (union, keep-largest, drop, rekey) with its reason."),
    ),
    "polygons-overlap": FaultKind(
        ASK, N_("{area} and {other} overlap by {size} m²."), N_("Have the borders corrected.")
    ),
    "gaps-between": FaultKind(
        ASK,
        N_("Between the areas there are {n} gaps, together {size} m²."),
        N_("Have the borders corrected, or confirm with a reason."),
    ),
    "outline-differs": FaultKind(
        ASK,
        N_("Together the areas are not the town: {lacking} ha are lacking, {beyond} ha lie outside."),
        N_("Check whether all areas are there."),
    ),
    "areas-cut-off": FaultKind(
        REJECT,
        N_(
            "The last {n} areas are absent ({areas}) and no other: the file ends early, or has other boundaries."
        ),
        N_("Ask for the complete table in the boundaries of the period."),
    ),
    "hole-outside": FaultKind(
        REJECT, N_("In {area} a hole lies outside the border ({reason})."), N_("Draw the polygon anew.")
    ),
    "border-cleaned": FaultKind(
        WARN,
        N_("The border of {area} had spikes or points twice; they were taken out, the size is the same."),
        N_("Nothing to do."),
    ),
    "older-system": FaultKind(
        WARN,
        N_("The coordinates are in an older reference system ({crs}); they are transformed to about 3 m."),
        N_("Ask for the layer in EPSG:25832 or EPSG:25833."),
    ),
    "borders-moved": FaultKind(
        WARN,
        N_(
            "All borders are shifted by about {metres} m against the known ones. Have the boundaries changed?"
        ),
        N_("Ask the supplier; changed boundaries need a vintage of their own."),
    ),
    "xml-elsewhere": FaultKind(
        REJECT,
        N_("The file refers to an address inside a network ({address}); nothing was stored."),
        N_("Export the layer anew without references."),
    ),
}
