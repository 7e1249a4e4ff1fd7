"""Flow Service over HTTP: the only room that talks to Adobe, and the only one that knows how."""
