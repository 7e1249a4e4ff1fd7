"""Plans, states and findings as text: every function here returns a string and prints nothing."""
