"""Speaks to the hosts of pull and merge requests, about one comment."""
