"""Arrays in, arrays out: a portfolio compiled, and the runs of it."""
