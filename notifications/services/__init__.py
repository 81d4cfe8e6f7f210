"""What writes: the inbox, mails, preferences, watches, webhooks and their deliveries, calendar feeds."""
