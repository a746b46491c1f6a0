"""The project file: settings, layers, policy, and which groups a run covers."""
