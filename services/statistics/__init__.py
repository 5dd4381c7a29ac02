"""The statistics service: turns tallies into figures and publishes them on change."""
