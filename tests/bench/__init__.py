"""How fast the suite is, as ratios of figures that are taken side by side in one run."""
