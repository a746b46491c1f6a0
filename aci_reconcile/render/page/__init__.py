"""What a report contains, before any format."""
