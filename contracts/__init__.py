"""What crosses a border: events in, facts out, receipts, figures, subjects and their schemas."""
