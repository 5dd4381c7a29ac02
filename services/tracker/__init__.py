"""The tracker: one writer for each partition. Events in, facts out, clocks in between."""
