"""`sources/*.toml` and `deliveries.toml`: who delivers what in which layout, and the files a starter brings."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.indicators import Source
from lebenslagen.project.declare.faults import collecting
from lebenslagen.project.toml import STRICT, Day, Flag, Key, Name, Text, Whole, adapt, nearest

if TYPE_CHECKING:
    from lebenslagen.project.read.layout import Layout

__all__ = ["Answer", "DeclaredDelivery", "DeclaredSource", "DeliveriesFile", "SourceHead", "source_of"]


@dataclass(frozen=True)
class Answer:
    """A person's answer to a question about one delivery, with the reason.

    >>> Answer("total-differs", "later registrations of 3 February").code
    'total-differs'
    """

    __pydantic_config__ = STRICT
    code: Name
    reason: Name
    value: Text = ""


@dataclass(frozen=True)
class DeclaredDelivery:
    """One file that a starter delivers; `expect` names the outcome of a deliberately faulty first delivery.

    >>> DeclaredDelivery("register", "2024", "register_2024.csv").answers
    ()
    """

    __pydantic_config__ = STRICT
    source: Name
    period: Name
    file: Name
    expect: Text = ""
    answers: tuple[Answer, ...] = ()
    note: Text = ""


@dataclass(frozen=True)
class DeliveriesFile:
    """What `deliveries.toml` says: the files a starter delivers, and the day on which it does.

    >>> DeliveriesFile().deliveries
    ()
    """

    __pydantic_config__ = STRICT
    deliveries: tuple[DeclaredDelivery, ...] = ()
    day: Day | None = None


@dataclass(frozen=True)
class DeclaredSource:
    """A source with the layout of its deliveries, who delivers it, and how often.

    >>> from lebenslagen.project.read.layout import Layout
    >>> DeclaredSource(Source("register", "Stadt", "Melderegister"), Layout(tables=())).published
    False
    """

    source: Source
    layout: Layout
    deliverer: str = ""
    rhythm: str = ""
    published: bool = False
    department: str = ""


SOURCE_KEYS = ("key", "producer", "title", "as_of", "retrieved", "licence", "url", "threshold")


@dataclass(frozen=True)
class SourceHead:
    """What a source's file says beside the layout: who publishes, who delivers, how often.

    >>> SourceHead("register", "Stadt Musterstadt", "Melderegister").published
    False
    """

    __pydantic_config__ = STRICT
    key: Key
    producer: Name
    title: Name
    as_of: Day | None = None
    retrieved: Day | None = None
    licence: Text = ""
    url: Text = ""
    threshold: Whole | None = None
    deliverer: Text = ""
    rhythm: Text = ""
    published: Flag = False
    department: Text = ""


def source_of(table: dict[str, Any], where: str) -> DeclaredSource:
    """A source with its layout, out of one table. Raises DesignError with the faults of both at once.

    >>> table = {"key": "register", "producer": "Stadt", "title": "Register"}
    >>> try: source_of(table, "sources/register")
    ... except DesignError as error: [fault.values["key"] for fault in error.faults]
    ['tables']
    """
    from lebenslagen.project.read.layout import Layout

    faults: list[Fault] = []
    known = {f.name for f in dataclasses.fields(SourceHead)}
    with collecting(faults):
        head = adapt(SourceHead, {k: v for k, v in table.items() if k in known}, where)
    with collecting(faults):
        layout = adapt(Layout, {k: v for k, v in table.items() if k not in known}, where)
    faults = [_meant(fault, where) for fault in faults]
    if not faults and head.published and not head.url:
        faults.append(Fault("published-without-address", where, {"source": head.key}))
    if faults:
        raise DesignError(faults)
    values = {key: getattr(head, key) for key in SOURCE_KEYS}
    source = Source(**values)
    return DeclaredSource(source, layout, head.deliverer, head.rhythm, head.published, head.department)


def _meant(fault: Fault, where: str) -> Fault:
    """Head and layout of a source stand in one table: a key unknown to the layout may be a misspelt one of the head."""
    if fault.code != "unknown-key" or fault.where != where or fault.values["hint"]:
        return fault
    hint = nearest(str(fault.values["key"]), [f.name for f in dataclasses.fields(SourceHead)])
    return Fault("unknown-key", where, {**fault.values, "hint": hint})
