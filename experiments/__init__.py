"""What takes too long for a notebook, each with its table of results."""
