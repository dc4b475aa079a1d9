"""The one conflict: what a serious incident does to a portfolio."""
