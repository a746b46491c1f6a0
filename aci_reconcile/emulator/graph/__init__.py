"""Azure Resource Graph: a copy of what subscriptions hold, which lags behind, and is asked with queries."""
