"""The execution of an experiment: trials on executors, within limits, into a run directory that can be resumed.

| module | holds |
|---|---|
| `session` | runs the trials that have no result yet |
| `attempts`, `limits`, `captured_output` | one trial: its result or failure, its limits, its output |
| `executors/` | where trials run: this process, a pool of processes, Ray; what happens if a worker dies |
| `store`, `journal`, `durable`, `folder_lock` | the run directory, its file of results, safe writes, its lock |
| `ownership`, `up_to_date`, `rescue` | runs in a folder that exists, without anything new, or whose folder was lost |
| `provenance`, `rerun`, `rehearsal` | the origin of results; repeated runs; a test of agent classes before a run |
| `kernels`, `kernel_cache`, `warm`, `cores`, `progress` | compiled kernels, worker start, cores, progress |
"""
