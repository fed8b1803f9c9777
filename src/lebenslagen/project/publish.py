"""From protected figures to what leaves the house: releases, reports, the atlas, tables. Nothing here sees a true value but `protect`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from lebenslagen.errors import DataError, Fault, ProjectError
from lebenslagen.project import build
from lebenslagen.project.store import Project, digest_of, write_atomic, write_folder
from lebenslagen.texts import N_, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Ledger, Policy, Release
    from lebenslagen.edition import Edition, Period
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import Declaration, DeclaredPeriod, DeclaredReport

__all__ = [
    "atlas", "atlas_files", "edition", "export", "figures_of", "known", "policy_of", "release", "released_files", "report",
    "report_files", "withdraw", "write_start",
]  # fmt: skip


def figures_of(works: Works, report: DeclaredReport) -> Release:
    """The protected figures of a report as they stand now, not yet released; remembered while nothing changes.

    Raises DisclosureError where they cannot be protected, DesignError and DataError where declarations and data do not fit.
    """
    from lebenslagen.disclosure import Release

    ledger = works.project.ledger()
    policy = policy_of(works, report.audience)
    return build.remembered(
        works,
        "release",
        _parts(works, report, (r.digest for r in ledger.releases)),
        lambda: _protected(works, report, policy, ledger),
        lambda made: made.to_json(),
        Release.from_json,
    )


def policy_of(works: Works, audience: str) -> Policy:
    """The rules for an audience; those for a committee are never looser than the public ones, since its papers get out."""
    rules = works.declaration.policy(audience)
    if audience != "committee" or "public" not in works.declaration.head.policies:
        return rules
    public, groups = works.declaration.policy("public"), ("none", "full", "both")
    return replace(
        rules,
        threshold=max(rules.threshold, public.threshold),
        width=max(rules.width, public.width),
        min_residents=max(rules.min_residents, public.min_residents),
        secondary=rules.secondary or public.secondary,
        complements=rules.complements or public.complements,
        group=max(rules.group, public.group, key=groups.index),
    )


def _parts(works: Works, report: DeclaredReport, out: Iterable[str]) -> tuple[object, ...]:
    """What the protected figures of a report are made from."""
    return (inputs(works, report), sorted(out))


def known(works: Works, report: DeclaredReport) -> Release | None:
    """The protected figures of a report where they are already computed for the present data, otherwise None."""
    from lebenslagen.disclosure import Release

    out = {line["release"] for line in works.project.register.lines() if line["what"] == "published"}
    key = build.key_of(_parts(works, report, out))
    if ("release", key) not in works.memory:
        kept = works.project.remembered("release", key)
        if kept is None:
            return None
        works.memory["release", key] = Release.from_json(kept)
    return works.memory["release", key]


def _protected(works: Works, report: DeclaredReport, policy: Policy, ledger: Ledger) -> Release:
    """The figures without an index first; then the index, computed from what those show, beside them."""
    from lebenslagen.disclosure import protect
    from lebenslagen.project.draft import draft
    from lebenslagen.project.shielded import with_index

    true = draft(works, report)
    shown = protect(true, policy, ledger)
    return protect(with_index(works, report, true, shown), policy, ledger) if report.index else shown


def inputs(works: Works, report: DeclaredReport) -> str:
    """A digest of everything the figures of a report depend on."""
    files = works.project.declared()
    wanted = {n: raw for n, raw in files.items() if not n.startswith("reports/")}
    delivered = [(d.source, d.period, d.snapshot, d.answers) for d in works.deliveries]
    return digest_of(
        *(n.encode() + raw for n, raw in sorted(wanted.items())),
        _figures_part(report),
        repr(delivered).encode(),
    )


# What a report declares about its words alone: no figure depends on it.
WORDS_ALONE = ("subtitle", "chapters", "words", "imprint", "compare", "profiles", "date")


def _figures_part(report: DeclaredReport) -> bytes:
    """What a report declares about its figures; of the chapters, only the one on the population brings figures of its own."""
    told = {f.name: getattr(report, f.name) for f in fields(report) if f.name not in WORDS_ALONE}
    return repr((sorted(told.items()), "bevoelkerung" in report.chapters)).encode()


def release(
    project: Project, name: str, *, by: str, approved_by: str, at: datetime, t: Texts
) -> Iterator[str]:
    """Protect, attack, sign and publish the figures of a report; the caller holds the lock.

    Raises DisclosureError where they would tell about single persons, NotAllowed where one person signs twice.
    """
    from lebenslagen.project.store import two_persons

    works = build.open_works(project)
    declared = works.declaration.report(name)
    two_persons(by, approved_by)
    yield t("Protecting the figures of “{report}” …", report=declared.title)
    made = None
    while (
        made is None
    ):  # somebody else may release something meanwhile; then it is protected against that too
        figures_of(works, declared)
        with project.ledger_held():
            if figures := known(works, declared):
                made = figures.signed(by, approved_by, at.date().isoformat())
                _enter(works, made, declared, at)
    yield from hidden_lines(made, t)
    yield t("Released: {digest}", digest=made.digest[:12])
    yield t("    written in {folder}", folder=project.root / "releases" / made.digest[:12])


def _enter(works: Works, made: Release, declared: DeclaredReport, at: datetime) -> None:
    """Write a signed release and its line."""
    works.project.publish(
        made,
        released_files(works, made),
        report=declared.key,
        by=made.author,
        approved_by=made.approved_by,
        at=at,
        inputs=inputs(works, declared),
    )


def withdraw(project: Project, digest: str, *, by: str, at: datetime, why: str) -> None:
    """Withdraw the release whose digest begins like this.

    Raises ProjectError where none or several do.
    """
    known = {line["release"] for line in project.register.lines() if line["release"].startswith(digest)}
    if len(known) != 1:
        listed = ", ".join(sorted(line["release"][:12] for line in project.register.lines())) or "–"
        raise ProjectError(Fault("release-unknown", "--withdraw", {"digest": digest[:12], "known": listed}))
    project.withdraw(known.pop(), by=by, at=at, why=why)


def hidden_lines(made: Release, t: Texts) -> Iterator[str]:
    """How much is hidden, and how closely the best informed reader can tell what stands there."""
    cells = [
        cell
        for column in made.columns
        if column.kind == "count"
        for level in column.cells.values()
        for cell in level.values()
    ]
    hidden = sum(cell.mark == "withheld" for cell in cells)
    yield t(
        "    counts shown: {shown}, not published: {hidden}",
        shown=t.number(len(cells) - hidden),
        hidden=t.number(hidden),
    )
    widths = [bounds.width for bounds in made.bounds.values() if bounds.width < float("inf")]
    if widths:
        yield t(
            "    check by recalculation: smallest and largest possible value of each hidden count lie at least {n} apart",
            n=t.number(int(min(widths))),
        )


def released_files(works: Works, made: Release) -> dict[str, bytes]:
    """What is kept beside a release: what the attack found, and its tables."""
    return {"attack.json": _attack_table(made), **_tables(works, made)}


def _attack_table(made: Release) -> bytes:
    """What the best informed reader can tell about each hidden count."""
    rows = [
        {"column": column, "level": level, "area": area, "low": bounds.low, "high": bounds.high}
        for (column, level, area), bounds in sorted(made.bounds.items())
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def _tables(works: Works, made: Release) -> dict[str, bytes]:
    from lebenslagen.project.export import csv_files

    return {f"tables/{name}": raw for name, raw in csv_files(made, works.declaration.catalogue).items()}


# --- edition -------------------------------------------------------------------------------------------------


def edition(works: Works, declared: DeclaredReport, t: Texts, figures: Release | None = None) -> Edition:
    """What report and atlas may use: the release in force, or the protected figures as a draft.

    With `figures`: an edition of these, released where they are signed.

    Raises DisclosureError where the draft cannot be protected.
    """
    from lebenslagen.edition import Edition, Level

    published = bool(figures and figures.approved_by)
    if figures is None:
        digest = works.project.published(declared.key, declared.audience)
        published, figures = (
            bool(digest),
            works.project.release(digest) if digest else figures_of(works, declared),
        )
    vintage = works.declaration.period(declared.period).vintage
    levels = build.chain(works, vintage)
    head = works.declaration.head
    periods = _periods(works, figures, declared)
    return Edition(
        town=head.name,
        ags=head.ags,
        title=declared.title,
        subtitle=declared.subtitle,
        language=head.language,
        status="released" if published else "draft",
        period=next(p for p in periods if p.key == declared.period),
        previous=next((p for p in periods if p.key == declared.previous), None),
        periods=periods,
        levels=tuple(Level(x.key, x.label, x.plural) for x in head.levels if x.key in levels),
        areas={level: build.areas(works, level, vintage) for level in levels},
        backdrop=build.backdrop(works),
        catalogue=works.declaration.catalogue,
        release=figures,
        before=_before(works, declared),
        index=declared.index if declared.index in figures.methods else None,
        chapters=declared.chapters,
        profiles=declared.profiles,
        words=_words(works, declared),
        imprint={**head.contact, **declared.imprint},
        compare=_compare(works, declared),
        generated=declared.date,
        findings=tuple(
            dict.fromkeys(
                (
                    *_findings(works, t),
                    *_apart(works, declared, t),
                    *_open_classes(works, declared, figures, t),
                )
            )
        ),
    )


def _words(works: Works, declared: DeclaredReport) -> dict[str, str]:
    """The town's own words; those of a chapter that is left out wait, those of an unknown one are told as such."""
    from lebenslagen.report.chapters import CHAPTERS

    left_out = set(CHAPTERS) - set(declared.chapters)
    return {
        chapter: works.declaration.words[file]
        for chapter, file in declared.words.items()
        if chapter not in left_out
    }


def _periods(works: Works, figures: Release, declared: DeclaredReport) -> tuple[Period, ...]:
    from lebenslagen.edition import Period

    shown = {column.period for column in figures.columns} | {declared.period}
    wanted = sorted((p for p in works.declaration.head.periods if p.key in shown), key=lambda p: p.as_of)
    return tuple(Period(p.key, p.as_of, _label(p), p.vintage) for p in wanted)


def _label(period: DeclaredPeriod) -> str:
    return period.label or f"{period.as_of:%d.%m.%Y}"


def _before(works: Works, declared: DeclaredReport) -> Release | None:
    """The release of the last edition, where one was published for the same readers."""
    for other in works.declaration.reports.values():
        if declared.previous and other.period == declared.previous and other.index == declared.index:
            digest = works.project.published(other.key, declared.audience)
            if digest:
                return works.project.release(digest)
    return None


def _compare(works: Works, declared: DeclaredReport) -> dict[str, dict[str, Decimal]]:
    """Other places to compare with: a CSV with a column ``indikator`` and one a place, decimal comma or point."""
    from lebenslagen.project.intake import within

    if declared.compare is None:
        return {}
    path = within(works.project.root / "reports", declared.compare.file)
    if not path.is_file():
        raise DataError(Fault("file-missing", declared.compare.file, {"file": declared.compare.file}))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
    places = [name for name in (rows[0] if rows else {}) if name != "indikator"]
    return {
        place: {row["indikator"]: Decimal(row[place].replace(",", ".")) for row in rows if row[place].strip()}
        for place in places
    }


def _findings(works: Works, t: Texts) -> Iterator[str]:
    """What was noticed when deliveries came in, without any of their values."""
    for line in works.project.journal.lines():
        if line["what"] == "refused" and line.get("file"):
            places = ", ".join(line["where"][:3])
            yield t(
                "{file}: the first delivery was refused ({places}); the corrected one was taken over.",
                file=Path(line["file"]).name,
                places=places,
            )
        elif line["what"] == "delivered" and line.get("answers"):
            for _, _, reason in line["answers"]:
                yield t("{file}: {reason}", file=line["file"], reason=reason)
        elif line["what"] == "delivered" and line.get("note"):
            yield t("{file}: {reason}", file=line["file"], reason=line["note"])


def _apart(works: Works, declared: DeclaredReport, t: Texts) -> Iterator[str]:
    """Who could be placed in no area, and what that means for the figures of the town."""
    shown = {i.numerator for i in works.declaration.catalogue.indicators} | {works.declaration.residents}
    lines = {
        line["source"]: line
        for line in works.project.journal.lines()
        if line["what"] == "delivered" and line["period"] == declared.period
    }
    for line in lines.values():
        for variable, number in line.get("apart", {}).items():
            if variable not in shown:
                continue
            label = works.declaration.catalogue.variable(variable).label
            if number:
                yield t(
                    "{label}: {n} could not be assigned to any area; they are in no sum of areas, nor in that of the town.",
                    label=label,
                    n=t.number(Decimal(number)),
                )
            else:
                yield t(
                    "{label}: the figure of the town also holds the few who could not be assigned to any area.",
                    label=label,
                )


def _open_classes(works: Works, declared: DeclaredReport, figures: Release, t: Texts) -> Iterator[str]:
    """For each area behind whose index a figure is withheld: between which values it lies, and which classes it can have."""
    for low in figures.find(index=declared.index, role="score_low") if declared.index else ():
        for level, cells in low.cells.items():
            for area, cell in cells.items():
                high = figures.cell(low.key.replace("score_low", "score_high"), level, area)
                if isinstance(cell.value, Decimal) and isinstance(high.value, Decimal):
                    said = t(
                        "{index}, {period}: in {area} a figure behind the index is withheld. The index value lies between "
                        "{low} and {high}.",
                        index=low.label,
                        period=_label(works.declaration.period(low.period)),
                        area=figures.frame(level, low.vintage).name(area),
                        low=t.number(cell.value, 2),
                        high=t.number(high.value, 2),
                    )
                    yield " ".join((said, *_possible(works, declared, figures, (low.period, level, area), t)))


def _possible(
    works: Works, declared: DeclaredReport, figures: Release, place: tuple[str, str, str], t: Texts
) -> Iterator[str]:
    from lebenslagen.project.index_columns import POSSIBLE

    period, level, area = place
    index = works.declaration.index(declared.index)
    said = (
        ("possible_classes", index.status, N_("Possible classes of the status: {classes}.")),
        ("dynamics_possible_classes", index.dynamics, N_("Possible classes of the dynamics: {classes}.")),
    )
    for role, measure, sentence in said:
        for column in figures.find(index=declared.index, role=role, period=period):
            found = column.cells[level][area].value
            if measure is not None and isinstance(found, str):
                labels = dict(
                    zip(measure.classes.keys, measure.classes.labels or measure.classes.keys, strict=True)
                )
                yield t(sentence, classes=t(" or ").join(labels[key] for key in found.split(POSSIBLE)))


# --- what is written -----------------------------------------------------------------------------------------


def _folder(project: Project, out: Path | None, name: str) -> Path:
    """Where the result goes. Raises ProjectError where the project's output folder leads somewhere else."""
    folder = project.root / "ausgabe"
    if out is None and (folder.is_symlink() or (folder / name).is_symlink()):
        raise ProjectError(Fault("link-in-project", "ausgabe", {"file": "ausgabe"}))
    return (out or folder) / name


def report_files(made: Edition) -> dict[str, bytes]:
    """The report of an edition: its page and its PDF (path -> bytes). Raises ProjectError where it cannot be set."""
    from lebenslagen.project.typeset import Typesetter
    from lebenslagen.report.assets import font_folder
    from lebenslagen.report.chapters import report as document_of
    from lebenslagen.report.html import to_html
    from lebenslagen.report.typst import to_typst

    with Typesetter() as setter:
        document = document_of(made)
        setter.begin(to_typst(document), Path(str(font_folder())), made.generated)
        page = to_html(document)
        return {**page, "sozialbericht.pdf": setter.result()}


def atlas_files(made: Edition) -> dict[str, bytes]:
    """The atlas of an edition (path -> bytes)."""
    from lebenslagen.atlas import build_atlas
    from lebenslagen.project.export import csv_files, geojson

    return build_atlas(made, {**csv_files(made.release, made.catalogue), **geojson(made.release, made.areas)})


def _begun(
    project: Project, name: str, t: Texts, saying: str = ""
) -> Generator[str, None, tuple[Works, DeclaredReport, Edition]]:
    """What every output begins with: the edition of a report, and what is to be said of it."""
    works = build.open_works(project)
    declared = works.declaration.report(name)
    if saying:
        yield t(saying, report=declared.title)
    made = edition(works, declared, t)
    yield from _draft_line(works, declared, made, t)
    return works, declared, made


def report(project: Project, name: str, *, out: Path | None, t: Texts) -> Iterator[str]:
    """Write a report as HTML and PDF and say where; the caller holds the lock."""
    works, declared, made = yield from _begun(project, name, t, N_("Writing the report “{report}” …"))
    folder = _folder(project, out, declared.key)
    write_folder(folder, report_files(made))
    yield t("    HTML: {file}", file=folder / "index.html")
    yield t("    PDF: {file}", file=folder / "sozialbericht.pdf")
    if out is None:
        write_start(project, works.declaration, t)


def atlas(project: Project, name: str, *, out: Path | None, t: Texts) -> Iterator[str]:
    """Write the atlas of a report's figures and say where; the caller holds the lock."""
    works, _, made = yield from _begun(project, name, t, N_("Writing the atlas “{report}” …"))
    folder = _folder(project, out, "atlas")
    write_folder(folder, atlas_files(made))
    yield t("    Atlas: {file}", file=folder / "index.html")
    if out is None:
        write_start(project, works.declaration, t)


def export(project: Project, name: str, *, out: Path | None, t: Texts) -> Iterator[str]:
    """Write the released tables in all formats and say where; the caller holds the lock."""
    from lebenslagen.project.export import files

    works, declared, made = yield from _begun(project, name, t)
    folder = _folder(project, out, f"{declared.key}-tabellen")
    written = files(made.release, made.areas, works.declaration.catalogue, declared.date)
    write_folder(folder, written)
    for file in sorted(written):
        yield f"    {folder / file}"


def _draft_line(works: Works, declared: DeclaredReport, made: Edition, t: Texts) -> Iterator[str]:
    """Say when what is written is only a draft, or older than the data."""
    if made.status == "draft":
        yield t(
            "    Not released yet: every page says draft. Release with: lebenslagen release {folder} --by … --approved-by …",
            folder=works.project.root,
        )
        return
    said = [line for line in works.project.register.lines() if line["release"] == made.release.digest]
    if said and said[0].get("inputs") not in (None, inputs(works, declared)):
        yield t(
            "    Data or declarations changed since the release of {day}; what is written shows the release.",
            day=said[0]["at"][:10],
        )


def write_start(project: Project, declaration: Declaration, t: Texts) -> None:
    """A first page that leads to what was written."""
    from html import escape

    folder = project.root / "ausgabe"
    links = []
    for path in sorted(folder.glob("*/index.html")):
        key = path.parent.name
        title = declaration.reports[key].title if key in declaration.reports else t("Atlas")
        links.append(f'<li><a href="{escape(key)}/index.html">{escape(title)}</a></li>')
        if (path.parent / "sozialbericht.pdf").is_file():
            links.append(f'<li><a href="{escape(key)}/sozialbericht.pdf">{escape(title)} (PDF)</a></li>')
    town = escape(declaration.head.name)
    page = (
        f'<!doctype html><html lang="{t.language}"><head><meta charset="utf-8"><title>{town}</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>body{font:17px/1.55 'Fira Sans',sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}"
        "a{color:#0b4a8f}li{margin:.5rem 0}</style></head>"
        f"<body><main><h1>{town}</h1><p>{escape(t('Report and atlas of this project:'))}</p><ul>{''.join(links)}</ul></main></body></html>\n"
    )
    write_atomic(folder / "index.html", page.encode())
