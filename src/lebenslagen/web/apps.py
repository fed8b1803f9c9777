"""The one application of the workplace."""

from django.apps import AppConfig

__all__ = ["Workplace"]


class Workplace(AppConfig):
    """Label `web`: its tables begin with it."""

    name = "lebenslagen.web"
    label = "web"
