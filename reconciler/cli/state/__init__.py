"""The commands of ``reconciler state``, one module each."""
