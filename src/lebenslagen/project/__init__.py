"""The project directory: the only code of the house that opens files."""

__all__: list[str] = []
