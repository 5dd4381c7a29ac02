"""What every service stands on: the pure core, ports, storage, messaging, clock and settings."""
