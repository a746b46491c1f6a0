"""Azure Resource Graph: queries over many subscriptions at once."""
