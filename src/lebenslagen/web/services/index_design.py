"""Designs of the index as the workshop changes them: a declaration, the choices made in the form, the declaration
again.

What the form says is put into the table of ``indices/<key>.toml`` and read back like any declaration, so that
nothing can
be chosen that could not be declared, and what is previewed is what is stored.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.web.rewriting import key_text, literal
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.index import IndexDesign
    from lebenslagen.project.declare import DeclaredIndex

__all__ = [
    "Choices",
    "base_of",
    "changed",
    "choices_of",
    "comment_of",
    "declared_of",
    "design_of",
    "file_of",
    "is_key",
    "raw_of",
    "toml_of",
    "usable",
]

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
STEPS = ("treat", "normalise", "aggregate", "rescale")


@dataclass(frozen=True)
class Choices:
    """What the form of the workshop says. `weights`: indicator -> its relative weight, the chosen ones only.

    `dynamics`: "same" (indicators, weights and steps as for the status) or "kept" (as stored); `weighting`: "own" or
    "pca"; `cuts` count where the method asks for them.
    """

    period: str
    weights: Mapping[str, Fraction]
    weighting: str = "own"
    treat: str = "none"
    normalise: str = "z"
    aggregate: str = "sum"
    rescale: str = "z"
    reference: str = "areas"
    missing: str = "refuse"
    method: str = "cuts"
    cuts: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    dynamics: str = "same"


# --- reading ----------------------------------------------------------------------------------------------------


def is_key(key: str) -> bool:
    """Whether this may be the key of an index, and so the name of its file."""
    return KEY.fullmatch(key) is not None


def file_of(key: str) -> str:
    """The name of a design's file in the project. Raises DesignError for a key that is none."""
    if not is_key(key):
        raise DesignError(
            Fault(
                "unknown-name",
                "indices",
                {"name": key[:60], "hint": "", "known": ", ".join(town().declaration.indices)},
            )
        )
    names = {f"indices/{key}.toml", *_named(key)}
    return next((name for name in sorted(names) if (town().root / name).is_file()), f"indices/{key}.toml")


def _named(key: str) -> Iterator[str]:
    """A design may stand in a file of another name: what counts is its key."""
    for path in sorted((town().root / "indices").glob("*.toml")):
        try:
            found = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            continue
        if found.get("key") == key:
            yield f"indices/{path.name}"


def raw_of(key: str) -> bytes | None:
    """The stored bytes of a design, or None where there is none."""
    path = town().root / file_of(key)
    return path.read_bytes() if path.is_file() else None


def base_of(key: str) -> str:
    """The digest of a design as it is stored; blank where there is none."""
    raw = raw_of(key)
    return hashlib.sha256(raw).hexdigest() if raw is not None else ""


def comment_of(key: str) -> str:
    """The lines of comment a stored design begins with; they stay when it is stored again."""
    lines = (raw_of(key) or b"").decode("utf-8-sig").splitlines()
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# "))
    return "\n".join(head)


def declared_of(table: Mapping[str, Any]) -> DeclaredIndex:
    """The table as a declared index. Raises DesignError with all its faults."""
    from lebenslagen.project.declare import DeclaredIndex
    from lebenslagen.project.toml import adapt

    return adapt(DeclaredIndex, table, f"indices/{table.get('key', '')}")


def design_of(table: Mapping[str, Any], period: str) -> IndexDesign:
    """The design of one edition of a table. Raises DesignError with all faults."""
    from lebenslagen.project import designs

    declared = declared_of(table)
    return designs.design_of(town().declaration, declared, declared.edition(period))


def table_of(key: str) -> dict[str, Any]:
    """The table of a stored design. Raises DesignError where there is none."""
    from lebenslagen.project.toml import parse

    raw = raw_of(key)
    if raw is None:
        raise DesignError(
            Fault(
                "unknown-name",
                "indices",
                {"name": key, "hint": "", "known": ", ".join(town().declaration.indices)},
            )
        )
    return parse(raw, file_of(key))


def usable(declared: DeclaredIndex) -> list[str]:
    """The indicators that can be part of an index of this level, in the order of the catalogue."""
    catalogue = town().declaration.catalogue
    parts = {
        p.indicator for measure in (declared.status, declared.dynamics) if measure for p in measure.parts
    }
    found = [
        i.key
        for i in catalogue.indicators
        if i.key in parts or (i.aspect != "change" and i.level in (None, "", declared.level))
    ]
    published = {i.key for i in catalogue.indicators if i.aspect == "change"}
    return [key for key in found if key not in published]


def choices_of(declared: DeclaredIndex, period: str) -> Choices:
    """What the form shows for a stored design."""
    status, edition = declared.status, declared.edition(period)
    parts = [p for p in status.parts if not edition.parts or p.indicator in edition.parts]
    equal = status.weights in ("equal", "pca")
    weights = {p.indicator: Fraction(1) if equal else _fraction(p.weight) for p in parts}
    return Choices(
        period=period,
        weights=_readable(weights),
        weighting="pca" if status.weights == "pca" else "own",
        reference=declared.reference,
        missing=declared.missing,
        method=status.classes.method,
        cuts=tuple(status.classes.cuts),
        labels=tuple(status.classes.labels or status.classes.keys),
        dynamics="same" if _like_status(declared) else "kept",
        **{step: getattr(status, step) for step in STEPS},
    )


def _fraction(value: Any) -> Fraction:
    return Fraction(value) if isinstance(value, str | int) else Fraction(str(value))


def _readable(weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The same proportions in whole numbers where these stay small: 1/7 each becomes 1 each."""
    common = reduce(math.lcm, (w.denominator for w in weights.values()), 1)
    whole = {key: weight * common for key, weight in weights.items()}
    least = reduce(math.gcd, (int(w) for w in whole.values()), 0) or 1
    small = {key: weight / least for key, weight in whole.items()}
    return (
        small if all(weight <= 100 for weight in small.values()) else {k: w * 100 for k, w in weights.items()}
    )


def _like_status(declared: DeclaredIndex) -> bool:
    status, dynamics = declared.status, declared.dynamics
    if dynamics is None:
        return False
    return all(
        getattr(status, f.name) == getattr(dynamics, f.name) for f in fields(status) if f.name != "classes"
    )


# --- changing ---------------------------------------------------------------------------------------------------


def changed(table: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """The table with the choices in it. What the form does not ask about stays as it is.

    >>> table = {"key": "i", "reference": "areas", "missing": "refuse", "editions": [{"period": "2024"}],
    ...     "status": {"parts": [{"indicator": "A"}],
    ...                "classes": {"keys": ["1", "2"], "labels": ["a", "b"], "cuts": [0]}}}
    >>> new = changed(table, Choices("2024", {"A": Fraction(1), "B": Fraction(3)}, cuts=(0.5,), labels=("a", "b")))
    >>> [part["weight"] for part in new["status"]["parts"]], new["status"]["classes"]["cuts"]
    (['1/4', '3/4'], [0.5])
    """
    new = deepcopy(dict(table))
    new["reference"], new["missing"] = choices.reference, choices.missing
    new["status"] = {
        **new["status"],
        **_measure(new["status"], choices),
        "classes": _classes(new["status"]["classes"], choices),
    }
    if new.get("dynamics") and choices.dynamics == "same":
        new["dynamics"] = {**new["dynamics"], **_measure(new["dynamics"], choices)}
    new["editions"] = [_edition(edition, new, choices) for edition in new["editions"]]
    return _focussed(new)


def _measure(old: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    kept = {part["indicator"]: part for part in old.get("parts", ())}
    total = sum(choices.weights.values(), Fraction(0))
    equal = len(set(choices.weights.values())) == 1
    parts = []
    for key, weight in choices.weights.items():
        part = {k: v for k, v in kept.get(key, {"indicator": key}).items() if k != "weight"}
        parts.append(
            part
            if equal or choices.weighting == "pca"
            else {**part, "weight": str(weight / total) if total else "0"}
        )
    weights = "pca" if choices.weighting == "pca" else "equal" if equal else "declared"
    return {**{step: getattr(choices, step) for step in STEPS}, "weights": weights, "parts": parts}


def _classes(old: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    labels = list(choices.labels or old.get("labels", old["keys"]))
    keys = (
        list(old["keys"]) if len(labels) == len(old["keys"]) else [str(n) for n in range(1, len(labels) + 1)]
    )
    asked = choices.method in ("cuts", "deviations")
    found = {"keys": keys, "labels": labels, "cuts": [_plain(cut) for cut in choices.cuts] if asked else []}
    closed = old.get("upper_closed", [])
    if len(closed) == len(keys) - 1:
        found["upper_closed"] = list(closed)
    if choices.method != "cuts" or "method" in old:
        found["method"] = choices.method
    return found


def _plain(cut: float) -> float | int:
    return int(cut) if float(cut).is_integer() else float(cut)


def _edition(old: Mapping[str, Any], new: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """An edition names parts only where it differs; what is no longer in the index cannot be in an edition."""
    edition = dict(old)
    if edition["period"] == choices.period and "parts" in edition:
        edition["parts"] = list(choices.weights)
    for name, measure in (("parts", "status"), ("dynamics_parts", "dynamics")):
        if edition.get(name):
            known = [part["indicator"] for part in (new.get(measure) or {}).get("parts", ())]
            edition[name] = [key for key in edition[name] if key in known] or known
    return edition


def _focussed(new: dict[str, Any]) -> dict[str, Any]:
    """A focus rule that names classes which no longer exist keeps those that do."""
    classes = (new.get("focus") or {}).get("classes")
    if classes:
        status = new["status"]["classes"]["keys"]
        moving = new["dynamics"]["classes"]["keys"] if new.get("dynamics") else []
        known = {*status, *(a + b for a in status for b in moving)}
        kept = [key for key in classes if key in known]
        new = (
            {**new, "focus": {**new["focus"], "classes": kept}}
            if kept
            else {k: v for k, v in new.items() if k != "focus"}
        )
    return new


# --- writing ----------------------------------------------------------------------------------------------------


def toml_of(table: Mapping[str, Any], said: str = "") -> bytes:
    """The table as TOML: plain values first, then its tables; the same table gives the same bytes.

    >>> print(toml_of({"key": "i", "status": {"weights": "equal", "parts": [{"indicator": "A"}]}}, "Ein Satz").decode())
    # Ein Satz
    key = "i"
    <BLANKLINE>
    [status]
    weights = "equal"
    parts = [{ indicator = "A" }]
    <BLANKLINE>
    """
    lines = [f"# {line}" for line in said.splitlines()]
    lines += [
        f"{key_text(name)} = {literal(value)}" for name, value in table.items() if not _is_table(name, value)
    ]
    for name, value in table.items():
        if _is_table(name, value):
            for head, part in (
                [(f"[{key_text(name)}]", value)]
                if isinstance(value, Mapping)
                else [(f"[[{key_text(name)}]]", v) for v in value]
            ):
                lines += ["", head, *(f"{key_text(k)} = {literal(v)}" for k, v in part.items())]
    return ("\n".join(lines) + "\n").encode()


def _is_table(name: str, value: Any) -> bool:
    return isinstance(value, Mapping) or (
        name == "editions" and isinstance(value, Sequence) and not isinstance(value, str)
    )
