"""The results of a run: tables, statistics, and the claims and answers that they allow.

| module | holds |
|---|---|
| `tables`, `by_case`, `csv_text`, `views` | trials and cases as tables; which key is on the axis |
| `statistics` | intervals, paired differences, corrections for several tests |
| `analysis`, `comparison`, `differences` | the mean of each case; differences between cases |
| `claims`, `equivalence`, `verdicts`, `overload`, `identical_cases` | what the results prove |
| `answers`, `until_clear`, `questions/` | answers in sentences, replication until they are clear, questions |
| `overview` | what a run shows at its end, kept for a run with nothing new |
| `headlines`, `wording`, `direction`, `thinning`, `cautions` | what is shown, and how it is written |
| `bottleneck`, `audit`, `kept_logs` | what limits each case; `robocell check`; the event logs of a run |
"""
