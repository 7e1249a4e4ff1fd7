"""Words in, exit code out: the command line, and everything that people see."""
