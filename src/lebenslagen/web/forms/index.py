"""The form of the index workshop: one page of choices; and the one that stores them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django import forms

from lebenslagen.index.design import MISSING, REFERENCE
from lebenslagen.index.methods import AGGREGATE, CLASSIFY, NORMALISE, TREAT
from lebenslagen.report.document import slug
from lebenslagen.texts import N_, Texts
from lebenslagen.web.forms.base import Choice, Form
from lebenslagen.web.services.index_design import Choices, is_key

if TYPE_CHECKING:
    from lebenslagen.project.declare import DeclaredIndex

__all__ = ["Store", "Workshop", "number_of"]

DYNAMICS = (("same", N_("as the status")), ("kept", N_("as stored")))
WEIGHTING = (("own", N_("own weights")), ("pca", N_("first principal component")))


def number_of(words: str) -> Fraction:
    """A number as people type it: "1", "2,5", "1/7"; ValueError for anything else.

    >>> number_of("2,5"), number_of(" 1/7 "), number_of("−1")
    (Fraction(5, 2), Fraction(1, 7), Fraction(-1, 1))
    """
    plain = words.strip().replace("−", "-").replace(",", ".")
    if not re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?(/\d{1,6})?", plain):
        raise ValueError(words)
    try:
        over, _, under = plain.partition("/")
        return Fraction(Decimal(over)) / Fraction(under or "1")
    except (ZeroDivisionError, InvalidOperation) as error:
        raise ValueError(words) from error


class Workshop(Form):
    """All choices of a design. The weights are fields `g-<indicator>`, the chosen indicators the values of `teil`."""

    zeit = forms.ChoiceField(label=N_("Edition"))
    gewichtung = forms.ChoiceField(label=N_("Weights"), choices=WEIGHTING, widget=Choice)
    treat = forms.ChoiceField(label=N_("Outliers"))
    normalise = forms.ChoiceField(
        label=N_("Common scale"), help_text=N_("How shares of different size are made comparable.")
    )
    aggregate = forms.ChoiceField(label=N_("Bringing together"))
    rescale = forms.ChoiceField(label=N_("Scale of the index"))
    reference = forms.ChoiceField(
        label=N_("What a quarter is compared with"),
        choices=[(k, v) for k, v in REFERENCE.items()],
        widget=Choice,
    )
    missing = forms.ChoiceField(
        label=N_("Where a value is missing"), choices=[(k, v) for k, v in MISSING.items()], widget=Choice
    )
    method = forms.ChoiceField(label=N_("Limits of the classes"))
    cuts = forms.CharField(
        label=N_("Limits"),
        required=False,
        max_length=120,
        help_text=N_(
            "From little to much burden, separated by semicolons. Count only with fixed limits or standard deviations."
        ),
    )
    labels = forms.CharField(
        label=N_("Names of the classes"),
        max_length=300,
        help_text=N_("From little to much burden, separated by semicolons."),
    )
    dynamik = forms.ChoiceField(
        label=N_("Dynamics"),
        choices=DYNAMICS,
        widget=Choice,
        help_text=N_("Which indicators, weights and steps the change over time uses."),
    )

    def __init__(
        self, declared: DeclaredIndex, known: list[str], t: Texts, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.chosen = self._chosen()
        self.fields["zeit"].choices = [(e.period, e.period) for e in declared.editions]
        for name, table in (
            ("treat", TREAT),
            ("normalise", NORMALISE),
            ("aggregate", AGGREGATE),
            ("rescale", NORMALISE),
            ("method", CLASSIFY),
        ):
            self.fields[name].choices = [(key, t(row.label)) for key, row in table.items()]
        if declared.dynamics is None:
            del self.fields["dynamik"]
        self.weight_errors: dict[str, str] = {}

    def _chosen(self) -> list[str]:
        given = self.data.getlist("teil") if self.is_bound else self.initial.get("teil", [])
        return [key for key in self.known if key in given]

    def weight_text(self, key: str) -> str:
        """What stands in the field of an indicator's weight."""
        return str(self.data.get(f"g-{key}", "1") if self.is_bound else self.initial.get(f"g-{key}", "1"))[
            :12
        ]

    def clean_cuts(self) -> tuple[float, ...]:
        words = [part for part in re.split(r"\s*;\s*", str(self.cleaned_data["cuts"]).strip()) if part]
        try:
            return tuple(float(number_of(part)) for part in words)
        except ValueError:
            raise forms.ValidationError(
                N_("Write numbers separated by semicolons, such as −1; 1; 1,5.")
            ) from None

    def clean_labels(self) -> tuple[str, ...]:
        words = tuple(part.strip() for part in str(self.cleaned_data["labels"]).split(";") if part.strip())
        if not 2 <= len(words) <= 9 or len(set(words)) < len(words):
            raise forms.ValidationError(N_("Name two to nine classes, each differently."))
        return words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        weights: dict[str, Fraction] = {}
        for key in self.chosen:
            try:
                weights[key] = number_of(self.weight_text(key))
                if weights[key] <= 0:
                    raise ValueError(key)
            except ValueError:
                self.weight_errors[key] = N_("Write a number above 0, such as 1 or 2,5.")
        if not self.chosen:
            self.add_error(None, N_("Choose at least one indicator."))
        elif self.weight_errors:
            self.add_error(None, N_("A weight is no number above 0."))
        cleaned["weights"] = weights
        cuts, labels = cleaned.get("cuts"), cleaned.get("labels")
        if (
            cleaned.get("method") in ("cuts", "deviations")
            and cuts is not None
            and labels is not None
            and len(cuts) != len(labels) - 1
        ):
            self.add_error("cuts", N_("There must be one limit less than there are classes."))
        return cleaned

    def choices(self) -> Choices:
        """The choices of a valid form."""
        c = self.cleaned_data
        steps = {
            name: c[name]
            for name in (
                "treat",
                "normalise",
                "aggregate",
                "rescale",
                "reference",
                "missing",
                "method",
                "cuts",
                "labels",
            )
        }
        return Choices(
            period=c["zeit"],
            weights=c["weights"],
            weighting=c["gewichtung"],
            dynamics=c.get("dynamik", "kept"),
            **steps,
        )


class Store(Form):
    """Under which name a design is stored, and why."""

    wohin = forms.ChoiceField(
        label=N_("Store"),
        widget=Choice,
        choices=(
            ("hier", N_("Change this design")),
            ("neu", N_("Keep this design and store the new one beside it")),
        ),
    )
    name = forms.CharField(
        label=N_("Name of the new design"),
        required=False,
        max_length=80,
        help_text=N_("Only for a new design."),
    )
    why = forms.CharField(
        label=N_("Why"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=N_("Stands in the history, for those who read it later."),
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("wohin") == "neu":
            name = str(cleaned.get("name", "")).strip()
            cleaned["key"] = key_of(name)
            if not name or not is_key(cleaned["key"]):
                self.add_error("name", N_("Give the new design a name with letters or digits."))
        return cleaned


def key_of(name: str) -> str:
    """The key of a design from its name.

    >>> key_of("Sozialindex ohne Größe 2")
    'sozialindex-ohne-groesse-2'
    """
    return slug(name)[:40].strip("-")
