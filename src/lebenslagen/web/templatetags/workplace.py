"""Tags of the pages: texts, figures drawn by the program, fields of a form, addresses of static files."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django import template
from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lebenslagen.texts import N_, SIGNS, Texts, texts

__all__ = ["register"]

register = template.Library()


def _texts(context: Any) -> Texts:
    found = context.get("t")
    return found if isinstance(found, Texts) else texts("de")


@register.simple_tag(takes_context=True)
def t(context: Any, message: str, **values: object) -> str:
    """A text in the language of the reader: {% t "Delivered on {day}" day=day %}."""
    return _texts(context)(str(message), **values)


@register.simple_tag(takes_context=True)
def plural(context: Any, one: str, many: str, n: int) -> str:
    """{% plural "{n} quarter" "{n} quarters" n %}."""
    said = _texts(context)
    return said.catalogue.ngettext(one, many, n).format(n=said.number(n))


@register.simple_tag(takes_context=True)
def number(context: Any, value: Any, decimals: int = 0) -> str:
    """A number as it is printed; the sign for "not there" where there is none. Never write {{ number }}."""
    return SIGNS["missing"] if value is None else _texts(context).number(value, decimals)


@register.simple_tag(takes_context=True)
def day(context: Any, value: Any) -> str:
    """A date as it is printed."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return _texts(context).date(value) if isinstance(value, date) else ""


@register.simple_tag(takes_context=True)
def moment(context: Any, value: datetime | None) -> str:
    """A moment as it is printed, to the minute."""
    if value is None:
        return ""
    local, _t = timezone.localtime(value), _texts(context)
    return _t("{day}, {time}", day=_t.date(local.date()), time=f"{local:%H:%M}")


@register.simple_tag
def drawing(svg: str) -> SafeString:
    """A figure drawn by `lebenslagen.figures`, which escapes every name in it. The one place where markup passes."""
    return mark_safe(svg)  # noqa: S308


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file, with its digest, so that browsers may keep it for a year."""
    return f"/static/{name}?{_digest(name)}"


@register.simple_tag
@cache
def picture(name: str) -> str:
    """A small SVG within the page, so that nothing is fetched for it."""
    return f"data:image/svg+xml,{quote(_content(name), safe='')}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:10]


def _content(name: str) -> bytes:
    found = finders.find(name)
    if not found:
        raise template.TemplateSyntaxError(f"no static file {name}")
    return Path(str(found)).read_bytes()


@register.simple_tag
def once() -> SafeString:
    """A hidden field that makes a form count once, however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', secrets.token_urlsafe(16))


@register.inclusion_tag("parts/field.html", takes_context=True)
def field(context: Any, bound: Any) -> dict[str, Any]:
    """A field: label above, help under it, error at it."""
    said = _texts(context)
    help_id, error_id = f"{bound.auto_id}-hilfe", f"{bound.auto_id}-fehler"
    errors = [said(str(error)) for error in bound.errors]
    described = [help_id] * bool(bound.help_text) + [error_id] * bool(errors)
    kind = getattr(bound.field.widget, "input_type", "textarea")
    one = kind != "radio" and not getattr(bound.field.widget, "many", False)
    attrs = {
        "class": CLASSES.get(kind, "kern-form-input__input"),
        "aria-describedby": " ".join(described) or None,
    }
    attrs |= {"aria-invalid": "true"} if errors else {}
    return {
        "bound": bound, "kind": kind, "label": said(str(bound.label)), "errors": errors, "t": said,
        "help": said(str(bound.help_text)) if bound.help_text else "", "help_id": help_id, "error_id": error_id,
        "optional": not bound.field.required, "one": one,
        "widget": bound.as_widget(attrs={k: v for k, v in attrs.items() if v}) if one else "",
        "choices": [] if one else [_choice(w, said) for w in bound],
        "kern": {"select": "kern-form-input__select-wrapper"}.get(kind, ""),
    }  # fmt: skip


def _choice(widget: Any, said: Texts) -> dict[str, str]:
    widget.data["attrs"]["class"] = CLASSES.get(widget.data["type"], "")
    return {"tag": widget.tag(), "label": said(str(widget.choice_label)), "id": widget.id_for_label}


CLASSES = {
    "select": "kern-form-input__select",
    "checkbox": "kern-form-check__checkbox",
    "radio": "kern-form-check__radio",
}


@register.inclusion_tag("parts/error_summary.html", takes_context=True)
def error_summary(context: Any, form: Any) -> dict[str, Any]:
    """All errors of a form on top, each a link to its field."""
    said = _texts(context)
    fields = [(f.auto_id, said(str(f.label)), said(str(e))) for f in form for e in f.errors]
    return {"t": said, "fields": fields, "general": [said(str(e)) for e in form.non_field_errors()]}


@register.filter
def at(value: datetime | None, said: Texts) -> str:
    """A moment as it is printed, inside another text: {% t "started {moment}" moment=job.started_at|at:t %}."""
    return moment({"t": said}, value)


STATES = {
    "queued": N_("waiting"), "running": N_("running"), "done": N_("done"), "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}  # fmt: skip


@register.simple_tag(takes_context=True)
def job_state(context: Any, state: str) -> str:
    """The state of a job in a word."""
    return _texts(context)(STATES[state])


@register.filter
def on(value: datetime | None, said: Texts) -> str:
    """A day as it is printed, inside another text."""
    return day({"t": said}, value)
