"""Intake: events that nobody pushes by hand, made from what the office has written down."""
