"""A Flow Service on loopback, with the IMS and Zoho accounts servers it needs.

This room shares no code with what it judges. Everything but ``server`` is one deterministic
process without sockets: ``origin.Origin.handle`` turns a request into an answer, and both time
and chance are handed in.
"""
