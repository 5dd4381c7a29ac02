"""Tells people of alerts: hears facts, decides who is to be told and when, sends messages, records what became of them."""
