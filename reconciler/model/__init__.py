"""Frozen nouns that every other room talks about, and what can be told from a noun alone."""
