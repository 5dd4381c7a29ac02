"""Figures of any past instant as sums of the journal, as known then or now."""
