"""What the work costs, side by side: ours, the floor, and what a user has instead. ``python -m benchmarks --help``."""
