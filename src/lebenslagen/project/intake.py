"""The door for deliveries: check, and take over what passes. The same for a starter, the command line and the workplace."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from lebenslagen.errors import DataError, DesignError, Fault, Outcome, QuestionOpen
from lebenslagen.project import build
from lebenslagen.project.build import Row, Works
from lebenslagen.project.store import Delivery, Project, write_atomic
from lebenslagen.texts import date_text

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.project.declare import Declaration
    from lebenslagen.project.read import Check, Earlier
    from lebenslagen.project.read.reading import Observed, Reading

__all__ = [
    "Answers", "answers", "check", "deliver", "deliver_areas", "examine", "refuse_personal", "rows", "take_over", "within", "write_marked",
]  # fmt: skip

Answers = tuple[tuple[str, str, str], ...]  # code, value, reason

LARGEST = 50 * 1024 * 1024  # bytes; a larger file is no table of areas


def answers(given: Sequence[str]) -> Answers:
    """Answers as the command line takes them, CODE=REASON.

    Raises DesignError for one without a reason.

    >>> answers(["total-differs=Nachmeldung vom 3.2."])
    (('total-differs', '', 'Nachmeldung vom 3.2.'),)
    """
    found = [text.partition("=") for text in given]
    wrong = [code for code, _, reason in found if not code.strip() or not reason.strip()]
    if wrong:
        raise DesignError([Fault("answer-without-reason", "--answer", {"code": code}) for code in wrong])
    return tuple((code.strip(), "", reason.strip()) for code, _, reason in found)


def check(project: Project, path: Path, *, source: str, period: str, answers: Answers = ()) -> Check:
    """What would happen if the file were delivered; nothing is stored.

    Raises DataError where the file is missing or too large, DesignError for an unknown source or period.
    """
    return _check(build.open_works(project), _bytes(path), path.name, source, period, answers)


def deliver(
    project: Project,
    path: Path,
    *,
    source: str,
    period: str,
    answers: Answers = (),
    by: str,
    at: datetime,
    note: str = "",
    works: Works | None = None,
) -> Check:
    """Take over a delivery that passes its check; the caller holds the lock. Returns the check with its remarks.

    Raises DataError (refused) or QuestionOpen (a person must decide); then nothing is stored.
    """
    works = works or build.open_works(project)
    raw = _bytes(path)
    result = _check(works, raw, path.name, source, period, answers)
    if result.personal:
        refuse_personal(project, source=source, period=period, by=by, at=at)
    take_over(
        works, raw, path.name, result, source=source, period=period, answers=answers, by=by, at=at, note=note
    )
    return result


def refuse_personal(project: Project, *, source: str, period: str, by: str, at: datetime) -> None:
    """Say in the journal, without content, that a file with data on persons was refused; the caller holds the lock."""
    event = {"what": "refused", "by": by, "at": at.isoformat(timespec="seconds"), "codes": ["personal-data"]}
    project.journal.append({**event, "source": source, "period": period})


def examine(
    works: Works,
    raw: bytes,
    filename: str,
    *,
    source: str,
    period: str,
    answers: Answers = (),
    before: Works | None = None,
) -> Check:
    """What would happen if these bytes were delivered under this name; nothing is stored.

    before: the project by whose declarations earlier deliveries are read, where `works` has another build of the source.
    Raises DataError where there are too many, DesignError for an unknown source or period.
    """
    if len(raw) > LARGEST:
        raise DataError(Fault("file-too-large", filename, {"file": filename, "limit": LARGEST // 1024**2}))
    return _check(works, raw, filename, source, period, answers, before)


def take_over(
    works: Works,
    raw: bytes,
    filename: str,
    result: Check,
    *,
    source: str,
    period: str,
    answers: Answers = (),
    by: str,
    at: datetime,
    note: str = "",
) -> Delivery:
    """Take over bytes whose check is `result`; the caller holds the lock.

    Raises DataError (refused) or QuestionOpen (a person must decide); then nothing is stored.
    """
    if result.outcome is Outcome.REJECT:
        raise DataError(result.faults)
    if result.outcome is Outcome.ASK:
        raise QuestionOpen(result.faults)
    delivery = works.project.deliver(
        raw,
        source=source,
        period=period,
        file=filename,
        by=by,
        at=at,
        answers=[list(a) for a in answers],
        outcome=result.outcome.name,
        note=note,
        apart=_apart(result.reading),
    )
    _keep_rows(works, delivery, result.reading)
    return delivery


def _apart(reading: Reading) -> dict[str, str]:
    """What the file says of people who belong to no area, by variable; blank where the supplier withholds it."""
    return {row.variable: "" if row.value is None else str(row.value) for row in reading.remainders}


def _keep_rows(works: Works, delivery: Delivery, reading: Reading) -> None:
    """What was just read need not be read again; the delivery is in force also where the disk has no room for that."""
    content = build.dump_rows(list(_rows(works, reading, delivery)))
    with contextlib.suppress(OSError):
        works.project.remember("rows", build.rows_key(works, delivery), content)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(Fault("file-missing", path.name, {"file": path.name}))
    if path.stat().st_size > LARGEST:
        raise DataError(Fault("file-too-large", path.name, {"file": path.name, "limit": LARGEST // 1024**2}))
    return path.read_bytes()


def _check(
    works: Works,
    raw: bytes,
    filename: str,
    source: str,
    period: str,
    answers: Answers,
    before: Works | None = None,
) -> Check:
    from lebenslagen.project.read import check

    declared = works.declaration.source(source)
    vintage = works.declaration.period(period).vintage
    return check(
        raw,
        filename,
        declared.layout,
        {found.level: found for found in _places(works, period)},
        period,
        earlier=list(_earlier(before or works, source, period)),
        answers={code: reason for code, _, reason in answers},
        published=declared.published,
        others=_other_boundaries(works, vintage),
    )


def _places(works: Works, period: str) -> list[Areas]:
    """The areas in whose boundaries the figures of a period are given."""
    vintage = works.declaration.period(period).vintage
    return [build.areas(works, level, vintage) for level in build.chain(works, vintage)]


def _other_boundaries(works: Works, vintage: date) -> Mapping[str, Mapping[str, str]]:
    """The finest areas of the other vintages, to recognise a table that was made for them."""
    finest = works.declaration.levels[0]
    others = {layer.vintage for layer in works.declaration.layers if layer.level == finest} - {vintage}
    found = {}
    for other in sorted(others):
        known = build.areas(works, finest, other)
        found[date_text(other)] = dict(zip(known.ids, known.names, strict=True))
    return found


def _earlier(works: Works, source: str, period: str) -> Iterator[Earlier]:
    """The delivery in force for the same period, and that of the period before."""
    from lebenslagen.project.read import Earlier

    order = [p.key for p in sorted(works.declaration.head.periods, key=lambda p: p.as_of)]
    before = [d for d in works.project.deliveries() if d.source == source and d.period in order]
    before = sorted(
        (d for d in before if order.index(d.period) <= order.index(period)),
        key=lambda d: order.index(d.period),
    )
    for delivery in before[-2:]:
        values = {
            (area, row_period, variable): None if value is None else _exact(value)
            for _, area, row_period, variable, value, _, _ in build.rows_of(works, delivery)
        }
        yield Earlier(delivery.snapshot, date_text(datetime.fromisoformat(delivery.at)), values, delivery.by)


def _exact(value: float) -> Decimal:
    """The delivered number again: counts without a decimal."""
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))


def rows(works: Works, delivery: Delivery, places: Callable[[], Sequence[Areas]] | None = None) -> list[Row]:
    """The values of a delivery in force, read again from its snapshot.

    places: gives the areas of its period, where somebody else computes them; asked only once the file is open.
    Raises DataError where it no longer fits its declaration.
    """
    from lebenslagen.project.read.checks import opened, understood

    file = opened(works.project.snapshot(delivery.snapshot), delivery.file)
    known = {found.level: found for found in (places() if places else _places(works, delivery.period))}
    layout = works.declaration.source(delivery.source).layout
    reading = understood(file, layout, known, delivery.period)
    refused = [fault for fault in reading.faults if fault.outcome is Outcome.REJECT]
    if refused:
        raise DataError(refused)
    return list(_rows(works, reading, delivery))


def _rows(works: Works, reading: Reading, delivery: Delivery) -> Iterator[Row]:
    from lebenslagen.project.read.grid import column_name

    file = delivery.snapshot[:12]
    for s in reading.series:  # column by column: a delivery has thousands of values
        where = f"{file}#{s.sheet}!{column_name(s.column)}"
        for area, period, value, status, row in zip(
            s.areas, s.periods, s.values, s.statuses, s.rows, strict=True
        ):
            number = None if value is None else float(value)
            yield (s.level, area, period, s.variable, number, status, f"{where}{row + 1}")
    for total in _town_totals(works, reading, delivery):
        number = None if total.value is None else float(total.value)
        yield (
            total.level,
            total.area,
            total.period,
            total.variable,
            number,
            total.status,
            f"{file}#{total.where}",
        )


def _town_totals(works: Works, reading: Reading, delivery: Delivery) -> Iterator[Observed]:
    """The file's own total of the town where single areas are withheld, less what belongs to no area.

    Where the supplier withholds that remainder too, the total is taken with it, and marked as estimated.
    """
    from lebenslagen.project.read.reading import Observed

    vintage = works.declaration.period(delivery.period).vintage
    level = build.chain(works, vintage)[-1]
    town = build.areas(works, level, vintage).ids
    withheld = {
        (s.variable, period)
        for s in reading.series
        for period, status in zip(s.periods, s.statuses, strict=True)
        if status == "Q"
    }
    for control in reading.controls:
        key = (control.variable, control.period)
        if control.level != level or key not in withheld or len(town) != 1:
            continue
        apart = [r.value for r in reading.remainders if (r.variable, r.period) == key]
        value = control.said - sum((v for v in apart if v is not None), Decimal(0))
        status = "E" if None in apart else "A"
        yield Observed(level, town[0], control.period, control.variable, value, status, control.where)


def write_marked(result: Check, target: Path, *, language: str = "de") -> None:
    """Write the marked copy for the supplier.

    Raises DataError where personal data were found: of such a file no copy is made.
    """
    from lebenslagen.project.read import marked_copy

    if result.personal:
        raise DataError(result.faults)
    write_atomic(target, marked_copy(result.reading, result.faults, language=language))


def within(folder: Path, file: str) -> Path:
    """The path of a declared file in its folder. Raises DataError where it leads out of it.

    >>> within(Path("a"), "b/c.csv").as_posix()
    'a/b/c.csv'
    """
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DataError(Fault("path-outside", file, {"file": file}))
    return path


# --- areas ---------------------------------------------------------------------------------------------------


def deliver_areas(
    project: Project, declaration: Declaration, folder: Path, *, by: str, at: datetime
) -> Iterator[str]:
    """Take over the declared geometry files, from the delivery folder or from the project's own folder.

    Raises DataError where one is missing or has faults for which no remedy is declared.
    """
    from lebenslagen.project import vectors

    for source, file in _geometry_files(declaration):
        path = within(folder, file) if (folder / file).is_file() else within(project.root, file)
        name, raw = vectors.packed(path)
        known = {d.source: d.snapshot for d in project.deliveries()}
        if known.get(source) != hashlib.sha256(raw).hexdigest():
            project.deliver(raw, source=source, period="", file=name, by=by, at=at)
        yield file
    works = build.open_works(project)
    for layer in declaration.layers:
        build.areas(works, layer.level, layer.vintage)


def _geometry_files(declaration: Declaration) -> Iterator[tuple[str, str]]:
    for layer in declaration.layers:
        if layer.file:
            yield build.area_source(layer), layer.file
    for crosswalk in declaration.crosswalks:
        for file in (crosswalk.file, crosswalk.points.file if crosswalk.points else ""):
            if file:
                yield f"areas/{file}", file
    if declaration.backdrop:
        yield "areas/backdrop", declaration.backdrop.file
