"""Forms of releases: begin, submit, decide, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from lebenslagen.texts import N_
from lebenslagen.web.forms.base import Choice, Form

__all__ = ["Begin", "Decide", "Submit", "Withdraw"]

DAY = N_("Enter the day as it stands in the calendar, for example 2026-01-31.")
HOUR = N_("Enter the hour as 09:30.")


class Begin(Form):
    """Which report for which readers."""

    report = forms.ChoiceField(label=N_("Report"), widget=Choice)
    audience = forms.ChoiceField(label=N_("For whom"), widget=Choice, help_text=N_(
        "What a committee sees gets out: for it the same protection is computed as for the public."
    ))  # fmt: skip

    def __init__(
        self, *args: Any, reports: list[tuple[str, str]], audiences: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].choices = reports  # type: ignore[attr-defined]
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]


class _Noted(Form):
    """Carries the version that was seen, and a note."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Submit(_Noted):
    """To the approval: when it shall be published, and what to look at."""

    day = forms.DateField(
        label=N_("Publish on"), required=False, help_text=N_("Leave blank to publish as soon as it is approved."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": DAY},
    )  # fmt: skip
    hour = forms.TimeField(
        label=N_("at"), required=False,
        help_text=N_("Before this hour nobody sees anything without the right to, afterwards all do."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": HOUR},
    )  # fmt: skip
    note = forms.CharField(
        label=N_("Note to the approval"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @property
    def publish_at(self) -> datetime | None:
        """Day and hour together; None for at once."""
        day, hour = self.cleaned_data.get("day"), self.cleaned_data.get("hour")
        if not day:
            return None
        moment = datetime.combine(day, hour) if hour else datetime(day.year, day.month, day.day, 0, 0)  # noqa: DTZ001 - made aware below
        return timezone.make_aware(moment)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("hour") and not data.get("day"):
            self.fail("day", N_("Name the day to the hour."))
        elif data.get("day") and self.publish_at and self.publish_at < timezone.now():
            self.fail("day", N_("This moment has passed. Leave day and hour blank to publish at once."))
        return data


class Decide(_Noted):
    """Approve or return, with a note; a return needs one."""

    note = forms.CharField(
        label=N_("Note to the planning"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=N_("Needed if you return it: what would have to change?"),
    )  # fmt: skip


class Withdraw(Form):
    """Withdraw a published release."""

    note = forms.CharField(
        label=N_("Why is it withdrawn?"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=N_("The reason stays in the ledger."),
    )  # fmt: skip
