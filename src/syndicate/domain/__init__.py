"""The rules, and nothing else: no files, no network, no clock, no database."""
