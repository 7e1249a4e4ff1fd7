"""Carries out a plan and knows the world only through ports.

Three promises hold here. A create is noted durably before its request leaves. One thread alone
writes the state, and what arrived meanwhile goes into one save. Nothing is repeated on doubt.
"""
