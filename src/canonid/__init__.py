"""canonid: a linter for canonical identifiers in curated knowledge bases."""

__version__ = "0.1.0"
