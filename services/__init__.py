"""The services; they never import one another and meet only on the bus."""
