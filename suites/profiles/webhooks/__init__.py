"""What a service sends to webhooks."""
