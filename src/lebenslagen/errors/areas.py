"""Faults of areas and of the crosswalks between them."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "areas-none": FaultKind(
        REJECT,
        N_("This level has no area."),
        N_("Deliver the boundaries of all areas of this level."),
    ),
    "areas-uneven": FaultKind(
        REJECT,
        N_("{ids} keys, {names} names and {polygons} polygons do not belong together."),
        N_("Give each area exactly one key, one name and one polygon."),
    ),
    "area-id-blank": FaultKind(
        REJECT,
        N_("The key “{id}” is empty or has spaces around it."),
        N_("Enter the area's key as text without spaces before or after it."),
    ),
    "area-twice": FaultKind(
        REJECT,
        N_("The area {id} occurs {times} times."),
        N_("Keep one entry for each area, or declare under “repairs” how the entries belong together."),
    ),
    "area-without-polygon": FaultKind(
        REJECT,
        N_("The area {id} has no polygon."),
        N_("Deliver its boundary, or declare the area as absent with the reason."),
    ),
    "area-not-polygon": FaultKind(
        REJECT,
        N_("The geometry of the area {id} is of the kind {kind}, not a polygon."),
        N_("Deliver the area as a polygon or multipolygon."),
    ),
    "area-crosses-itself": FaultKind(
        REJECT,
        N_("The boundary of the area {id} crosses itself near {place}."),
        N_("Correct the boundary there in the geographic information system, or declare a repair."),
    ),
    "area-hole-outside": FaultKind(
        REJECT,
        N_("The area {id} has a hole outside its boundary near {place}."),
        N_("Remove the hole in the geographic information system."),
    ),
    "area-parts-nested": FaultKind(
        REJECT,
        N_("Parts or holes of the area {id} lie in one another near {place}."),
        N_("Merge these parts in the geographic information system."),
    ),
    "area-too-few-points": FaultKind(
        REJECT,
        N_("The boundary of the area {id} has too few points to enclose an area."),
        N_("Deliver the complete boundary of the area."),
    ),
    "area-coordinate": FaultKind(
        REJECT,
        N_("A coordinate of the area {id} is not a possible number."),
        N_("Deliver the boundary again with coordinates in metres."),
    ),
    "area-invalid": FaultKind(
        REJECT,
        N_("The polygon of the area {id} is not valid ({reason})."),
        N_("Correct the boundary in the geographic information system, or declare a repair."),
    ),
    "areas-overlap": FaultKind(
        REJECT,
        N_("The areas {a} and {b} overlap by {area} m²; the smaller one has {size} m²."),
        N_("Correct the common border; each place may belong to one area only."),
    ),
    "crs-missing": FaultKind(
        REJECT,
        N_("The boundaries name no coordinate reference system."),
        N_("Enter the reference system, for example EPSG:25832 or EPSG:25833."),
    ),
    "crs-unknown": FaultKind(
        REJECT,
        N_("The coordinate reference system “{crs}” is not known."),
        N_("Enter the EPSG code of the reference system, for example EPSG:25832."),
    ),
    "crs-in-degrees": FaultKind(
        REJECT,
        N_("The coordinate reference system {crs} measures in degrees; areas and distances need metres."),
        N_("Convert the boundaries to a projected reference system, for example EPSG:25832."),
    ),
    "crs-not-metres": FaultKind(
        REJECT,
        N_("The coordinate reference system {crs} is not a flat one measured in metres."),
        N_("Convert the boundaries to a projected reference system, for example EPSG:25832."),
    ),
    "crs-differs": FaultKind(
        REJECT,
        N_("The reference systems {a} and {b} differ."),
        N_("Convert both to the same reference system."),
    ),
    "area-not-covered": FaultKind(
        REJECT,
        N_("Of the {whole} m² of the area {id}, {lost} m² lie in none of the areas of {target}."),
        N_("Check whether both sets of boundaries are complete and belong to the same town."),
    ),
    "points-not-covered": FaultKind(
        REJECT,
        N_(
            "Of the weight {whole} of the points in the area {id}, {lost} lies in none of the areas of {target}."
        ),
        N_("Check whether both sets of boundaries are complete and belong to the same town."),
    ),
    "crosswalk-sum": FaultKind(
        REJECT,
        N_("The shares of the area {id} add up to {sum} instead of 1."),
        N_("Correct the shares, or declare “rescale = true” if they are rounded."),
    ),
    "crosswalk-unknown": FaultKind(
        REJECT,
        N_("The crosswalk names the area “{id}”, which does not exist with this date of boundaries."),
        N_("Correct the key, or name the right date of boundaries."),
    ),
    "crosswalk-share": FaultKind(
        REJECT,
        N_("The share {share} from {source} to {target} is not between 0 and 1."),
        N_("Enter the share as a number from 0 to 1."),
    ),
    "crosswalk-twice": FaultKind(
        REJECT,
        N_("The crosswalk names the pair {source} and {target} more than once."),
        N_("Keep one row for each pair."),
    ),
    "crosswalk-without": FaultKind(
        REJECT,
        N_("The crosswalk says nothing about the area {id}."),
        N_("Add the rows that say where this area's residents belong now."),
    ),
    "weight-wrong": FaultKind(
        REJECT,
        N_("The weight {value} of a point is not a number of 0 or more."),
        N_("Enter how many residents or flats the point stands for."),
    ),
    "weight-missing": FaultKind(
        REJECT,
        N_("A rate or a mean cannot be converted without the number it refers to."),
        N_("Name the number of persons the rate refers to, or convert the counts and divide again."),
    ),
    "value-unknown-area": FaultKind(
        REJECT,
        N_("There is a value for the area “{id}”, which the crosswalk does not know."),
        N_("Check the date of the boundaries the value refers to."),
    ),
    "value-area-absent": FaultKind(
        REJECT,
        N_("There is no row for the area {id}."),
        N_("Deliver a row for each area; a value that is not known is entered as missing."),
    ),
    "parent-unknown": FaultKind(
        REJECT,
        N_("The area {id} is said to lie in “{parent}”, which does not exist."),
        N_("Name the coarser area it lies in, or declare that area."),
    ),
    "parent-without-areas": FaultKind(
        REJECT,
        N_("No area lies in {id}."),
        N_("Remove it, or name it as the coarser area of those that lie in it."),
    ),
}
