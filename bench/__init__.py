"""How long it takes, as ratios to what other software needs for the same files in the same run: `python -m bench`."""
