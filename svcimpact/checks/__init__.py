"""What has to hold between the cells of a portfolio, one check per rule."""

from svcimpact.checks.run import check, check_draft

__all__ = ["check", "check_draft"]
