"""Fetches secrets from where references say, within bounds, and hands them on sealed."""
