"""How a request leaves, and what comes back of it; whom it is for is the matter of others."""
