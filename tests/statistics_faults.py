"""Faults in what is drawn, and in the errors that are told (part 5 of the model)."""

from __future__ import annotations

from faults import faults_in

ERRORS = (
    "tests/test_estimates.py",
    "tests/test_blocks.py::test_quantiles_of_one_sort_are_those_asked_for_one_by_one",
)
BLOCKS = ("tests/test_blocks.py",)
DRAWN = ("tests/test_draws.py",)
LASTS = ("tests/test_restoration.py",)
SUMMED = ("tests/test_outcome.py",)
STOPS = (
    "tests/test_simulate.py::test_it_stops_at_the_most_runs_allowed",
    "tests/test_simulate.py::test_how_far_the_widest_interval_is_from_narrow_enough",
    "tests/test_estimates.py",
)

ESTIMATES = faults_in(
    "incident/estimates.py",
    ERRORS,
    (
        "The spread of a mean is that of n values, not of n - 1.",
        "columns.std(axis=1, ddof=1)",
        "columns.std(axis=1, ddof=0)",
    ),
    (
        "The error of a mean is the spread of a run.",
        "columns.std(axis=1, ddof=1) / np.sqrt(runs)",
        "columns.std(axis=1, ddof=1)",
    ),
    (
        "The ends of an interval are one deviation away, not 1.96.",
        "spread = Z95 * np.sqrt(runs * q * (1 - q))",
        "spread = np.sqrt(runs * q * (1 - q))",
    ),
    (
        "The nearer end of a quantile's interval counts, not the farther.",
        "error[at] = np.maximum(estimate[at] - least, most - estimate[at]) / Z95",
        "error[at] = np.minimum(estimate[at] - least, most - estimate[at]) / Z95",
    ),
    (
        "A quantile's error is the whole half-width.",
        "error[at] = np.maximum(estimate[at] - least, most - estimate[at]) / Z95",
        "error[at] = np.maximum(estimate[at] - least, most - estimate[at])",
    ),
    (
        "The order statistic on the left is one too high.",
        "np.clip([low - 1, below,",
        "np.clip([low, below,",
    ),
    (
        "A quantile is told an error when its order statistics run out.",
        "told = [low >= 1 and high <= runs for",
        "told = [low >= 1 for",
    ),
    (
        "Quantiles are the order statistic below, not interpolated.",
        "(place - below) * (there - here)",
        "0 * (there - here)",
    ),
    (
        "Several quantiles of values sorted once are those of the first column's origin.",
        "self.origin[at, None]",
        "self.origin[:1, None]",
    ),
    (
        "What is the same in every run has no origin.",
        "(want.of(first, slice(None))[:, 0], error)",
        "(values[0].astype(np.float64), error)",
    ),
    (
        "The chance of what never happened is certain.",
        "middle = weight * share + (1 - weight) / 2",
        "middle = weight * share",
    ),
    (
        "The error of a chance is the binomial one.",
        "return share, (half + np.abs(middle - share)) / Z95",
        "return share, np.sqrt(share * (1 - share) / runs)",
    ),
    (
        "The confidence is 90 %.",
        "Z95 = 1.96",
        "Z95 = 1.645",
    ),
    (
        "More runs are made than are allowed.",
        "return min(most, int(",
        "return max(most, int(",
    ),
)
IN_BLOCKS = faults_in(
    "incident/blocks.py",
    BLOCKS,
    (
        "All blocks have the same order.",
        "order = drawn[:, 0].argsort(axis=1",
        "order = drawn[:1, 0].argsort(axis=1",
    ),
    (
        "Every draw sits at the lower edge of its stratum.",
        "(order + drawn[:, 1]) / BLOCK",
        "(order + 0 * drawn[:, 1]) / BLOCK",
    ),
    (
        "Runs of a block count as independent.",
        'if sampling == "random":\n        return Estimators',
        'if sampling != "none":\n        return Estimators',
    ),
    (
        "Few blocks are as good as many.",
        "error * special.stdtrit(blocks - 1, 0.975) / Z95",
        "error * 1.0",
    ),
    (
        "The deviation of b blocks is that of b, not of b - 1.",
        "np.sqrt(blocks / (blocks - 1) * ",
        "np.sqrt(1.0 * ",
    ),
    (
        "The last block counts as a whole one.",
        "off = total - size * (total.sum(axis=1) / runs)[:, None]",
        "off = total - BLOCK * (total.sum(axis=1) / runs)[:, None]",
    ),
    (
        "A gain is claimed that a long tail has not.",
        "np.maximum(_error(rows), least[at])",
        "_error(rows)",
    ),
    (
        "A chance alike in all blocks is certain.",
        "np.where(by_block > 0, by_block, error)",
        "by_block",
    ),
)
DRAWS = faults_in(
    "incident/draws.py",
    DRAWN,
    (
        "The seed is ignored.",
        "np.random.SeedSequence(seed, spawn_key=key)",
        "np.random.SeedSequence(0, spawn_key=key)",
    ),
    (
        "All sources share one stream.",
        "np.random.SeedSequence(seed, spawn_key=key)",
        "np.random.SeedSequence(seed)",
    ),
    (
        "Names run together, so that two sources may share a stream.",
        '"\\x1f".join(map(str, names))',
        '"".join(map(str, names))',
    ),
    (
        "All tasks share one stream.",
        'stream(seed, "task", estimates.task[i])',
        'stream(seed, "task")',
    ),
    (
        "A task's stream is that of its row.",
        'stream(seed, "task", estimates.task[i])',
        'stream(seed, "task", v)',
    ),
    (
        "Two incidents of one service last equally long.",
        'stream(seed, "restoration", incident.service, count)',
        'stream(seed, "restoration", incident.service)',
    ),
    (
        "An incident's stream is that of its place in the scenario.",
        'stream(seed, "restoration", incident.service, count)',
        'stream(seed, "restoration", len(sources))',
    ),
    (
        "Random incidents of all severities of a service come together.",
        'names = ("arrivals", source.service, source.severity)',
        'names = ("arrivals", source.service)',
    ),
    (
        "Random incidents last as long as they come late.",
        'lasts = stream(scenario.seed, *names, "restoration").random(total)',
        'lasts = stream(scenario.seed, *names, "when").random(total)',
    ),
    (
        "Durations peak halfway between optimistic and pessimistic.",
        "peak = (estimates.mode[i] - low) / (high - low)",
        "peak = 0.5",
    ),
    (
        "A finished task's duration is uncertain.",
        "np.isnan(plan.ended) & (estimates.high > estimates.low)",
        "estimates.high > estimates.low",
    ),
    (
        "Rates are per working year.",
        "expected = rate * length / (365.25 * 24)",
        "expected = rate * length / (250 * 8)",
    ),
    (
        "A Latin hypercube is asked for and durations are random.",
        "np.interp(latin(draw, runs), special",
        "np.interp(draw.random(runs), special",
    ),
    (
        "A Latin hypercube is asked for and restorations are random.",
        'named.random(runs) if sampling == "random" else latin(named, runs)',
        "named.random(runs)",
    ),
    (
        "A Latin hypercube is asked for and the count of incidents is random.",
        "stats.poisson.ppf(latin(draw, runs), expected)",
        "stats.poisson.ppf(draw.random(runs), expected)",
    ),
)
LENGTHS = faults_in(
    "incident/restoration.py",
    LASTS,
    (
        "A P90 is taken for a P95.",
        "shape, scale = ratio / special.ndtri(0.9), median_hours",
        "shape, scale = ratio / special.ndtri(0.95), median_hours",
    ),
    (
        "What has passed already counts for nothing.",
        '"isf", left * (1.0 - np.asarray(uniforms))',
        '"isf", 1.0 - np.asarray(uniforms)',
    ),
)
PROJECTS = faults_in(
    "incident/project_table.py",
    SUMMED,
    (
        "The error of a delay is that of two unrelated finishes.",
        'found["delay_mean_days"] = mean(over(delay))',
        'found["delay_mean_days"] = (\n'
        "        mean(over(delay))[0], np.hypot(mean(over(late))[1], mean(over(calm))[1]) / day\n"
        "    )",
    ),
    (
        "P80 of the delay is the difference of the P80s.",
        'found[f"delay_{name}_days"] = pair',
        "of_calm = quantiles(over(calm), [asked[name]])[0]\n"
        '        found[f"delay_{name}_days"] = (\n'
        '            (found[f"finish_{name}"][0] - of_calm[0]) / day,\n'
        "            pair[1],\n"
        "        )",
    ),
    (
        "Errors of dates are told in hours.",
        'table[name + "_se_days"] = np.where(sure, 0.0, error / day)',
        'table[name + "_se_days"] = np.where(sure, 0.0, error)',
    ),
    (
        "What is certain has an error.",
        "np.where(known, np.where(sure, 0.0, error), np.nan)",
        "np.where(known, error, np.nan)",
    ),
    (
        "The chance of being late without the incident is that with it.",
        '("chance_late_levelled", calm > limit + LATE)',
        '("chance_late_levelled", late > limit + LATE)',
    ),
    (
        "Cost ignores the daily rate.",
        'found["cost_mean"] = mean(over(delay * rate))',
        'found["cost_mean"] = mean(over(delay))',
    ),
    (
        "A project that moves in some runs only is told of the first.",
        "moves = (late != late[0]).any(axis=0)",
        "moves = (late != late[0]).all(axis=0)",
    ),
    (
        "A project that varies without the incident only is told of the first run.",
        "moves |= (calm != calm[0]).any(axis=0)",
        "pass",
    ),
    (
        "What happens in every run is told as if it never did.",
        "which = happened[0].astype(np.int64)",
        "which = 0 * happened[0].astype(np.int64)",
    ),
)
TABLES = faults_in(
    "incident/tables.py",
    SUMMED,
    (
        "On the due date is late.",
        'np.timedelta64(1, "D")',
        'np.timedelta64(0, "D")',
    ),
    (
        "Outages that overlap count twice.",
        "np.where(apart, arrivals.hours[mine], rest)",
        "arrivals.hours[mine]",
    ),
    (
        "People lost to the aftermath are not told.",
        "self._within(s.begin, s.restored) + after",
        "self._within(s.begin, s.restored) + 0 * after",
    ),
)
STOPPING = faults_in(
    "incident/simulate.py",
    STOPS,
    (
        "It stops when the standard error, not the interval, is narrow.",
        "widest = Z95 * np.nan_to_num",
        "widest = 1.0 * np.nan_to_num",
    ),
    (
        "It stops when the best known project is known.",
        ".max(initial=0.0)",
        ".min(initial=np.inf)",
    ),
    (
        "The tolerance is in hours.",
        "within_days * futures.portfolio.settings.hours_per_day",
        "within_days",
    ),
)

TASKS = faults_in(
    "incident/task_table.py",
    SUMMED,
    (
        "A task's delay is its finish.",
        "Asked(0.8, calm[1][0], day)",
        "Asked(0.8, 0.0, day)",
    ),
    (
        "A task's delay is told in hours.",
        "Asked(0.8, calm[1][0], day)",
        "Asked(0.8, calm[1][0])",
    ),
    (
        "P80 of the delay is that of runs without incidents all alike.",
        "if len(calm[1]) == 1:",
        "if len(calm[1]) > 0:",
    ),
    (
        "A task that incidents touch in some runs is taken for one that they never do.",
        "touched = np.diff(of_task) > 0",
        "touched = np.diff(of_task) > runs",
    ),
    (
        "Tasks of uncertain duration are told of one run.",
        "np.flatnonzero(touched | (rows > 1))",
        "np.flatnonzero(touched)",
    ),
)

STATISTICS_FAULTS = (
    *ESTIMATES,
    *IN_BLOCKS,
    *DRAWS,
    *LENGTHS,
    *PROJECTS,
    *TASKS,
    *TABLES,
    *STOPPING,
)
