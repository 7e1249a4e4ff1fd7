"""Frozen nouns that every other room talks about; nothing in here computes or touches the world."""
