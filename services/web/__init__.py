"""The web service: pages that a person sees."""
