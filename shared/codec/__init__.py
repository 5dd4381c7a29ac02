"""Between bytes and the domain: events in, facts out, tasks at rest."""
