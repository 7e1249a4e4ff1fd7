"""Pure decisions: no room in here reads a clock, a file, a socket or the environment."""
