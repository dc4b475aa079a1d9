"""PROVISIONAL working-hours clock; being replaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Calendar:
    """Working-hours clock."""

    start: pd.Timestamp
    working_days: tuple = ("Mon", "Tue", "Wed", "Thu", "Fri")
    day_start: str = "09:00"
    hours_per_day: float = 7.5
    holidays: object = ()
    timezone: str = "UTC"

    def hours(self, when):
        """Wall clock to working hours."""
        w = np.asarray(when, dtype="datetime64[us]")
        open_ = np.timedelta64(int(self.day_start[:2]) * 60 + int(self.day_start[3:]), "m")
        d = w.astype("datetime64[D]")
        n = np.busday_count(np.datetime64(self.start, "D"), d)
        part = np.clip((w - d - open_) / np.timedelta64(1, "h"), 0, self.hours_per_day)
        return n * self.hours_per_day + np.where(np.is_busday(d), part, 0.0)

    def after(self, when, elapsed_hours):
        """Wall clock plus elapsed hours, to working hours."""
        w = np.datetime64(pd.Timestamp(when), "us")
        e = (np.asarray(elapsed_hours, float) * 3.6e9).astype("int64").astype("timedelta64[us]")
        return self.hours(w + e)

    def when(self, hours, *, side="start"):
        """Working hours to wall clock."""
        h = np.asarray(hours, float)
        days = np.floor((h - (1e-9 if side == "finish" else -1e-9)) / self.hours_per_day)
        d = np.busday_offset(np.datetime64(self.start, "D"), days.astype(int), roll="forward")
        open_ = np.timedelta64(int(self.day_start[:2]) * 60 + int(self.day_start[3:]), "m")
        sec = np.round((h - days * self.hours_per_day) * 3600).astype("int64").astype("timedelta64[s]")
        return d.astype("datetime64[us]") + open_ + sec
