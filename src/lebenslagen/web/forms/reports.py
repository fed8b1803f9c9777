"""Forms of reports: a text, an edition."""

from __future__ import annotations

from typing import Any

from django import forms

from lebenslagen.texts import N_
from lebenslagen.web.forms.base import Choice, Form

__all__ = ["MakeEdition", "Text"]


class Text(Form):
    """The town's own words for a chapter, as Markdown."""

    text = forms.CharField(
        label=N_("Text of the chapter"), required=False, strip=False, max_length=200_000,
        help_text=N_("Blank lines part paragraphs; ## makes a heading, ** bold, - a list, [words](https://…) a link."),
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "true"}),
    )  # fmt: skip
    base = forms.CharField(widget=forms.HiddenInput, required=False)


class MakeEdition(Form):
    """For whom, and with which figures."""

    audience = forms.ChoiceField(label=N_("For whom"), widget=Choice)
    basis = forms.ChoiceField(label=N_("Which figures"), widget=Choice, choices=(
        ("draft", N_("the figures of now, as a draft")), ("released", N_("the release in force")),
    ))  # fmt: skip

    def __init__(self, *args: Any, audiences: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]
