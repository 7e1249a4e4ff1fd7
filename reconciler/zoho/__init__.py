"""Zoho's accounts servers: what makes access tokens of credentials that last."""
