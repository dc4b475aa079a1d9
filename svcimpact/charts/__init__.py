"""Charts: data in, Axes out; they never save, show or compute."""
