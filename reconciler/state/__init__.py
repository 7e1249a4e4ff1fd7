"""Keeps states: a save is whole and on the disk before it is called done, or it never happened."""
