"""What a service tells its webhooks."""
