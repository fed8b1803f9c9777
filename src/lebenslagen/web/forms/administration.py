"""Forms of the administration: details of the town, names, rules, filter of the trail, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from lebenslagen.texts import N_, Texts
from lebenslagen.web.forms.base import Choice, Form
from lebenslagen.web.rules import GROUPS, ROLES
from lebenslagen.web.services.office import DETAILS

__all__ = ["Details", "Names", "Note", "Policy", "SourceRule", "Trail"]

HINTS = {
    "office": N_("The office that answers for these pages, as letters name it."),
    "represented_by": N_("Who represents the town, for example the mayor."),
    "supervision": N_("Who supervises the town, for example the district government."),
    "privacy_officer": N_("Name or office, with an address or e-mail address."),
    "accessibility_date": N_("The day on which the statement was made or renewed, for example 1 March 2026."),
    "accessibility_exceptions": N_(
        "What cannot be used by everybody yet; left blank, the page says that none are known."
    ),
    "ombudsstelle": N_("Name and address of the ombuds office for digital accessibility."),
}
LONG = frozenset({"accessibility_exceptions", "ombudsstelle"})


class Details(Form):
    """Contact, imprint, privacy and accessibility, as the public pages print them."""

    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in DETAILS.items():
            widget = forms.Textarea(attrs={"rows": 3}) if key in LONG else forms.TextInput()
            self.fields[key] = forms.CharField(
                label=label,
                required=key == "office",
                max_length=600,
                help_text=HINTS.get(key, ""),
                widget=widget,
            )


class Names(Form):
    """Names of levels (one, several) and of areas made from finer ones."""

    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, known: Mapping[str, Any], labels: Mapping[str, str], t: Texts, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known, self.labels = known, labels
        for key, (one, many) in known["levels"].items():
            self._add(f"level-{key}-0", N_("Name of one"), one)
            self._add(f"level-{key}-1", N_("Name of several"), many)
        for layer, areas in known["areas"].items():
            for key, name in areas.items():
                self._add(f"area-{layer}-{key}", t(N_("Key {key}"), key=key), name)

    def _add(self, field: str, label: str, now: str) -> None:
        self.fields[field] = forms.CharField(label=label, max_length=120, initial=now)

    def groups(self, t: Texts) -> list[dict[str, Any]]:
        """The fields by level and by boundaries, for the template."""
        from datetime import date

        found = [
            {"label": self.labels[key], "fields": [self[f"level-{key}-{n}"] for n in (0, 1)]}
            for key in self.known["levels"]
        ]
        for layer, areas in self.known["areas"].items():
            level, _, vintage = layer.partition("@")
            day = t.date(date.fromisoformat(vintage))
            label = t(N_("{level}, boundaries of {day}"), level=self.labels.get(level, level), day=day)
            found.append({"label": label, "fields": [self[f"area-{layer}-{key}"] for key in areas]})
        return found

    def levels(self) -> dict[str, tuple[str, str]]:
        data = self.cleaned_data
        return {key: (data[f"level-{key}-0"], data[f"level-{key}-1"]) for key in self.known["levels"]}

    def areas(self) -> dict[str, dict[str, str]]:
        data = self.cleaned_data
        return {
            layer: {key: data[f"area-{layer}-{key}"] for key in areas}
            for layer, areas in self.known["areas"].items()
        }


WHOLE = {
    "invalid": N_("Enter a whole number."),
    "min_value": N_("Enter 0 or more."),
    "max_value": N_("This number is too large."),
}


def _whole(label: str, hint: str = "", *, most: int = 10_000, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, min_value=0, max_value=most, required=required, error_messages=WHOLE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class _Asked(Form):
    why = forms.CharField(
        label=N_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": N_("Please give a reason.")},
        help_text=N_("Whoever confirms reads it, and it stays in the audit trail."),
    )  # fmt: skip
    base = forms.CharField(widget=forms.HiddenInput, required=False)


class Policy(_Asked):
    """Rules of an audience."""

    threshold = _whole(
        N_("Minimum number of persons"), N_("Smaller counts are not published. For the public at least 3.")
    )
    width = _whole(
        N_("Distance that must remain"),
        N_("Persons between the smallest and the largest possible value of a hidden count."),
    )
    min_residents = _whole(
        N_("Minimum number of residents of an area"),
        N_("About smaller areas no figures on persons are published."),
    )
    group = forms.ChoiceField(
        label=N_("Where all or nobody of a group is counted"), widget=Choice, choices=tuple(GROUPS.items())
    )
    complements = forms.BooleanField(
        label=N_("Also for those of a group who are not counted"), required=False
    )
    secondary = forms.BooleanField(
        label=N_("Further figures against reckoning back"),
        required=False,
    )
    field_order = ("threshold", "width", "min_residents", "group", "complements", "secondary")

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles
        for role in roles:
            self.fields[f"decimals_{role}"] = _whole(ROLES.get(role, role), most=6)
        self.order_fields([*self.field_order, *(f"decimals_{role}" for role in roles), "why"])

    def plain(self) -> list[Any]:
        return [self[name] for name in self.field_order]

    def decimals(self) -> list[Any]:
        return [self[f"decimals_{role}"] for role in self.roles]

    def values(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        data = self.cleaned_data
        return {name: data[name] for name in self.field_order} | {
            "decimals": {role: data[f"decimals_{role}"] for role in self.roles}
        }


class SourceRule(_Asked):
    """The minimum number a supplier demands."""

    threshold = _whole(
        N_("Minimum number the supplier demands"),
        N_("Left blank, the rules of the readers apply. A smaller number than theirs changes nothing."),
        required=False,
    )
    field_order = ("threshold", "why")

    def clean_threshold(self) -> int | None:
        given: int | None = self.cleaned_data["threshold"]
        if given is not None and given < 1:
            raise forms.ValidationError(N_("Enter 1 or more, or leave it blank."))
        return given

    def plain(self) -> list[Any]:
        return [self["threshold"]]

    def decimals(self) -> list[Any]:
        return []

    def values(self) -> dict[str, Any]:
        return {"threshold": self.cleaned_data["threshold"]}


class Note(Form):
    """A note to a decision; a refusal needs one."""

    note = forms.CharField(
        label=N_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=N_("Needed if you refuse: why?"),
    )  # fmt: skip


class Trail(Form):
    """What to look for in the trail: kind of object, object, period. Never who wrote a line."""

    art = forms.ChoiceField(label=N_("Kind of object"), required=False)
    objekt = forms.CharField(
        label=N_("Object"), required=False, max_length=100, help_text=N_("Part of its name or number.")
    )
    von = forms.DateField(
        label=N_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    bis = forms.DateField(
        label=N_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["art"].choices = kinds  # type: ignore[attr-defined]
        for name in ("von", "bis"):
            self.fields[name].error_messages["invalid"] = N_(
                "Enter the day as it stands in the calendar, for example 2026-01-31."
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("von") and data.get("bis") and data["von"] > data["bis"]:
            self.fail("bis", N_("This day lies before the first one."))
        return data
