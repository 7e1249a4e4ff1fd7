"""Reads what people wrote; whatever it holds, nothing but findings and frozen nouns come out."""
