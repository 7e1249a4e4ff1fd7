"""Fits the parts together: the only room that knows them all. It shows nothing to anybody."""
