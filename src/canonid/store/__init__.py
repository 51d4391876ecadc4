"""What canonid remembers between runs, in one SQLite file: evidence, runs and discrepancies."""
