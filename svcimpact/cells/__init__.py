"""Raw cells, whatever file they come from, become typed columns; what is wrong is collected."""

from svcimpact.cells.column import DTYPES, ReadColumn, empty_column, read_column

__all__ = ["DTYPES", "ReadColumn", "empty_column", "read_column"]
