"""A room without a network: what goes into its bundle, and the proof that it works."""
