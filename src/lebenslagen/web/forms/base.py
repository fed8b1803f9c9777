"""The form all others start from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates

__all__ = ["Choice", "Form", "Several"]


class Renderer(DjangoTemplates):
    """Django's own widgets; labels, help and errors are set by the tag `field`."""


class Form(forms.Form):
    """A form; `fail` puts an error at a field. Only the given prefix of ids differs from Django's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        kwargs.setdefault("use_required_attribute", False)  # errors are told in words by the server
        super().__init__(*args, **kwargs)

    def fail(self, field: str | None, message: str) -> None:
        """Tell an error at a field, or above all fields with None; `message` is already translated or an N_ text."""
        self.add_error(field, message)

    def take(self, error: Any) -> None:
        """Take over what a service refused (ValidationError)."""
        if hasattr(error, "error_dict"):
            for name, found in error.message_dict.items():
                for message in found:
                    self.add_error(name if name in self.fields else None, message)
        else:
            for message in error.messages:
                self.add_error(None, message)


class Choice(forms.RadioSelect):
    """One of few, as radio buttons."""


class Several(forms.CheckboxSelectMultiple):
    """Several of few, as check boxes."""

    many = True
