"""Measures reconciler against the least that its work costs: ``python -m bench``."""
