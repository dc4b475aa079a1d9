"""The sheet behind a chart that PowerPoint draws: figures to edit, and names that stay texts."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from pptx.chart.data import CategoryChartData, XyChartData

# As python-pptx has it, but that every name is written as a text: one that begins with = must not
# become a formula.
_OPTIONS = {"in_memory": True}


class BarData(CategoryChartData):
    """Rows of bars: names in the first column, a column for each series."""

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, _OPTIONS) as book:
            sheet = book.add_worksheet()
            sheet.set_column(0, 0, 40)
            for row, category in enumerate(self.categories, 1):
                sheet.write_string(row, 0, str(category.label))
            for column, series in enumerate(self, 1):
                sheet.write_string(0, column, series.name)
                for row, value in enumerate(series.values, 1):
                    if value is not None:
                        sheet.write_number(row, column, value)
        return out.getvalue()


class LineData(XyChartData):
    """Lines and points: a block of two columns for each series, one below the other.

    Parameters
    ----------
    dates : bool
        Whether the first column holds dates.
    **options
        As `pptx.chart.data.XyChartData` has them.
    """

    def __init__(self, *, dates: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._dates = dates

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, _OPTIONS) as book:
            sheet = book.add_worksheet()
            look = book.add_format({"num_format": "yyyy-mm-dd"}) if self._dates else None
            sheet.set_column(0, 1, 16)
            row = 0
            for series in self:
                sheet.write_string(row, 1, series.name)
                sheet.write_column(row + 1, 0, series.x_values, look)
                sheet.write_column(row + 1, 1, series.y_values)
                # One blank row between blocks.
                row += len(series) + 2
        return out.getvalue()
