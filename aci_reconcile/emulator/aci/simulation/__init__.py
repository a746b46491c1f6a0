"""What the containers of a group do: nothing runs, everything follows from the time."""
