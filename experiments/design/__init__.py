"""The design of an experiment: its file, its cases and trials, and its questions.

| module | holds |
|---|---|
| `config`, `keys` | the experiment file; its dotted keys |
| `experiment` | an experiment that is ready to run |
| `sweep`, `sampling`, `conditions` | the values of a sweep, points drawn from ranges, combinations that are left out |
| `cases`, `trials`, `duplicate_cases` | one point of a sweep; one replication of it and its seed; equal cases |
| `questions/`, `answer_rules` | what is asked (`results.questions` answers it); when an answer is clear |
| `asked_kpis`, `jam_risks`, `late_orders` | checks before a run |
| `classes`, `given_classes`, `fingerprint` | agent classes of the user, in modules or as objects; their hash |
| `software`, `executors` | the version of the code; the executors that can be named |
"""
