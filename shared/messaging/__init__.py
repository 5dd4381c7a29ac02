"""NATS: connection, streams, relay, receipts, and the embedded server."""
