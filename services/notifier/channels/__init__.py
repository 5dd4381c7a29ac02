"""The channels by which people are told: robots, SMS gateways, other webhooks, e-mail, Apprise; and the file that lists them."""
