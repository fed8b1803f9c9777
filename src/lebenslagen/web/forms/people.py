"""Forms about people: invite, roles, reasons."""

from __future__ import annotations

from typing import Any

from django import forms

from lebenslagen.texts import N_
from lebenslagen.web.forms.base import Choice, Form
from lebenslagen.web.people_words import areas_of
from lebenslagen.web.roles import ROLES
from lebenslagen.web.services.accounts import role_faults

__all__ = ["Invite", "Reason", "Roles", "SingleValues"]

DEPARTMENT = N_("Department")
DEPARTMENT_HINT = N_("Only for the role department: whose deliveries. Written as the sources write it.")
AREAS = N_("Areas")
AREAS_HINT = N_("Only for the role department: one area a line, by name or key.")
NEEDED = {"required": N_("Please give a reason.")}
UNKNOWN = N_("These areas are not known; write one a line, as the town names them.")


def _department() -> forms.CharField:
    return forms.CharField(
        label=DEPARTMENT, required=False, max_length=80, help_text=DEPARTMENT_HINT,
        widget=forms.TextInput(attrs={"list": "fachbereiche", "autocomplete": "off"}),
    )  # fmt: skip


def _areas() -> forms.CharField:
    return forms.CharField(
        label=AREAS,
        required=False,
        max_length=4000,
        help_text=AREAS_HINT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Invite(Form):
    """Whom to invite, with which role."""

    name = forms.CharField(
        label=N_("First and last name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=N_("E-mail address"), required=False, help_text=N_("Nothing is sent there; it only stands in the account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    role = forms.ChoiceField(label=N_("Role"), widget=Choice)
    department = _department()
    areas = _areas()

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    def clean_areas(self) -> tuple[str, ...]:
        return _known_areas(self.cleaned_data["areas"])


def _known_areas(text: str) -> tuple[str, ...]:
    keys, unknown = areas_of(text)
    if unknown:
        raise forms.ValidationError(UNKNOWN)
    return keys


class Roles(Form):
    """All roles of a person: rows of role, department and areas, as many as `rows` says; a row without role goes."""

    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=20)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, count: int, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        for n in range(count):
            self.fields[f"role_{n}"] = forms.ChoiceField(
                label=N_("Role"),
                choices=choices,
                required=False,
                help_text=N_("“No role” takes this line away."),
            )
            self.fields[f"department_{n}"] = _department()
            self.fields[f"areas_{n}"] = _areas()

    def lines(self) -> list[dict[str, Any]]:
        """The fields of each row, for the template."""
        return [
            {"number": n + 1, "fields": [self[f"{name}_{n}"] for name in ("role", "department", "areas")]}
            for n in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(self.count):
            self._clean_row(n, data)
        if not self.errors and not self.roles():
            self.fail(None, N_("A person needs a role. To keep somebody out, block the account instead."))
        return data

    def _clean_row(self, n: int, data: dict[str, Any]) -> None:
        keys, unknown = areas_of(data.get(f"areas_{n}", ""))
        data[f"areas_{n}"] = keys
        if unknown:
            self.fail(f"areas_{n}", UNKNOWN)
        elif data.get(f"role_{n}"):
            for field, message in role_faults(
                data[f"role_{n}"], data.get(f"department_{n}", ""), keys
            ).items():
                self.fail(f"{field}_{n}", message)
        elif data.get(f"department_{n}") or keys:
            self.fail(f"role_{n}", N_("Please choose a role."))

    def roles(self) -> tuple[dict[str, Any], ...]:
        """What was chosen, as the service takes it."""
        data = self.cleaned_data
        return tuple(
            {"role": data[f"role_{n}"], "department": data[f"department_{n}"], "areas": data[f"areas_{n}"]}
            for n in range(self.count)
            if data.get(f"role_{n}") in ROLES
        )


class Reason(Form):
    """A reason, kept in the trail; and the state that was seen."""

    why = forms.CharField(
        label=N_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=N_("It stands in the audit trail."), error_messages=NEEDED,
    )  # fmt: skip
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = needed


class SingleValues(Form):
    """Who may see single values, and why."""

    person = forms.ChoiceField(label=N_("Person"))
    why = forms.CharField(
        label=N_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), error_messages=NEEDED,
        help_text=N_("For which task, until when. It stands in the audit trail."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
