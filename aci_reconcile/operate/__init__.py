"""What is understood of groups that run: from what Azure shows, nothing is asked here."""
