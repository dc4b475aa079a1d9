"""Exploring without code: controls, figures and pictures in JupyterLab or as a page.

Nothing is worked out here: every figure comes from `svcimpact.simulate` and the practices.
"""

from svcimpact.dashboard.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]
