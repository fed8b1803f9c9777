"""Social reporting for municipalities: small-area indicators, index, disclosure control, report and atlas."""

__all__: list[str] = []

__version__ = "0.1.0"
