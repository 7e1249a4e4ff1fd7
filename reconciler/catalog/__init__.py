"""Turns schema files into kinds; another kind of connection is another file, never another line."""
