"""Forms of deliveries."""

from __future__ import annotations

from typing import Any

from django import forms

from lebenslagen.texts import N_
from lebenslagen.web.forms.base import Choice, Form, Several
from lebenslagen.web.services.data import REASONS

__all__ = ["Letter", "NewIndicator", "NewPeriod", "NewSource", "Paste", "PurgeAsk", "Upload", "Why"]

NEW = "neu"


class Upload(Form):
    """Which file, of which source, for which period."""

    source = forms.ChoiceField(label=N_("Source"), error_messages={"required": N_("Please choose a source.")})
    period = forms.ChoiceField(label=N_("Period"), help_text=N_("The day the figures describe."))
    file = forms.FileField(
        label=N_("File"), allow_empty_file=True, max_length=250,
        help_text=N_("Excel (xlsx, xls), LibreOffice (ods) or CSV, at most 20 MB. No lists of persons."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, sources: Any = (), periods: Any = (), new: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [*sources, *([(NEW, new)] if new else [])]
        self.fields["period"].choices = periods
        for name in ("source", "period"):
            self.fields[name].widget.attrs["class"] = "kern-form-input__select"


class Paste(Upload):
    """A table pasted from a spreadsheet."""

    file = None  # type: ignore[assignment]
    table = forms.CharField(
        label=N_("Table"), max_length=400_000, strip=False,
        help_text=N_("Mark the table in Excel with its heads, copy it, and paste it here. One row a quarter."),
        widget=forms.Textarea(attrs={"rows": "12", "class": "kern-form-input__input paste", "spellcheck": "false", "wrap": "off"}),
    )  # fmt: skip
    letter = forms.CharField(
        label=N_("From which letter or message?"), max_length=300,
        help_text=N_("For example: letter of the school office of 3 February 2025. It stands beside the figures, without your name."),
    )  # fmt: skip


class Letter(Form):
    """Where typed figures come from."""

    letter = forms.CharField(
        label=N_("From which letter or message?"), max_length=300,
        help_text=N_("For example: letter of the school office of 3 February 2025. It stands beside the figures, without your name."),
    )  # fmt: skip


class NewSource(Form):
    """Who delivers a table that is not declared yet."""

    producer = forms.CharField(
        label=N_("Who delivers?"), max_length=160, help_text=N_("As it shall stand under every figure.")
    )
    title = forms.CharField(
        label=N_("What is it?"), max_length=160, help_text=N_("For example: children in day care by quarter.")
    )
    department = forms.CharField(
        label=N_("Department that may deliver it itself"), max_length=80, required=False,
        help_text=N_("Written as in the roles of its people; blank: the planning only."),
    )  # fmt: skip
    deliverer = forms.CharField(
        label=N_("Contact"), max_length=160, required=False, help_text=N_("A post, not a person.")
    )
    rhythm = forms.CharField(
        label=N_("When does it come?"),
        max_length=80,
        required=False,
        help_text=N_("For example: yearly in April."),
    )
    licence = forms.CharField(label=N_("Licence or terms of use"), max_length=200, required=False)


class NewPeriod(Form):
    """One more day that figures describe."""

    as_of = forms.DateField(
        label=N_("Which day do the figures describe?"), input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"required": N_("Please give a day."), "invalid": N_("Please give a day such as 31.12.2025.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    key = forms.CharField(
        label=N_("Short name"), max_length=64, help_text=N_("It stands in names of files, for example 2025."),
        error_messages={"required": N_("Please give a short name.")},
    )  # fmt: skip
    label = forms.CharField(
        label=N_("As readers see it"), max_length=120, required=False, help_text=N_("Blank: the day.")
    )
    vintage = forms.ChoiceField(
        label=N_("Boundaries that were valid then"),
        help_text=N_("Where boundaries changed, declare the new ones first."),
    )
    sources = forms.MultipleChoiceField(
        label=N_("Which of these sources deliver it, built as last time?"), required=False, widget=Several,
        help_text=N_("They list their periods one by one. All other sources are expected to deliver anyway."),
    )  # fmt: skip

    def __init__(self, *args: Any, vintages: Any = (), sources: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vintage"].choices = vintages
        self.fields["vintage"].widget.attrs["class"] = "kern-form-input__select"
        self.fields["sources"].choices = sources
        if not sources:
            del self.fields["sources"]


class NewIndicator(Form):
    """A share of two counts."""

    label = forms.CharField(
        label=N_("What is the indicator called?"), max_length=160,
        error_messages={"required": N_("Please give a name that no other indicator has.")},
    )  # fmt: skip
    numerator = forms.ChoiceField(label=N_("Numerator"), help_text=N_("What is counted."))
    denominator = forms.ChoiceField(label=N_("Denominator"), help_text=N_("Out of how many."))
    direction = forms.ChoiceField(
        label=N_("How is it read?"), widget=Choice,
        choices=[("1", N_("more is more burden")), ("-1", N_("more is less burden"))],
        error_messages={"required": N_("Please choose how it is read.")},
    )  # fmt: skip
    dimension = forms.ChoiceField(label=N_("Field of life"), required=False)
    description = forms.CharField(
        label=N_("In one sentence"), max_length=500, required=False, help_text=N_("It stands under the name in catalogue and report."),
        widget=forms.Textarea(attrs={"rows": "3", "class": "kern-form-input__input"}),
    )  # fmt: skip
    min_base = forms.IntegerField(
        label=N_("Least number in the denominator"), min_value=0, max_value=1_000_000, required=False,
        help_text=N_("Below it no share is given. Blank: there is no such limit."),
        error_messages={"invalid": N_("Please give a whole number.")},
    )  # fmt: skip

    def __init__(self, *args: Any, variables: Any = (), dimensions: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("numerator", "denominator"):
            self.fields[name].choices = variables
        self.fields["dimension"].choices = dimensions
        for name in ("numerator", "denominator", "dimension"):
            self.fields[name].widget.attrs["class"] = "kern-form-input__select"


class Why(Form):
    """A reason in own words."""

    why = forms.CharField(
        label=N_("Reason"), max_length=500, help_text=N_("It stands in the history of the delivery; name no person."),
        widget=forms.Textarea(attrs={"rows": "3", "class": "kern-form-input__input"}),
    )  # fmt: skip


class PurgeAsk(Form):
    """Why a file is to be removed for good."""

    reason = forms.ChoiceField(
        label=N_("Why is the delivery to be purged?"), choices=list(REASONS.items()), widget=Choice
    )
