"""Speed, measured as ratios between peers in one run: `make bench`."""
