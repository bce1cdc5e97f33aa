"""Robots, AGVs and stations negotiate in a grid factory: describe it, run it, see what a fleet or a policy brings.

    from robocell import Factory, Scenario, check, measure

    scenario = Scenario.load("quickstart")  # one of those that come with robocell, or the path of a YAML file
    factory = Factory(scenario)  # a Mesa model
    log = factory.run()
    print(measure(log, scenario)["throughput_per_h"], check(log, scenario))

    from robocell import Experiment, run

    print(run(Experiment.load("fleet_sizing"), "results/fleet_sizing").results.summary)

| package | says |
|---|---|
| `robocell.agents` | who decides: agents to subclass, the contract net, mechanisms |
| `robocell.environments` | where it happens: scenario, factory, floor, traffic, log, figures, checks |
| `robocell.drawing` | how it is drawn: colours and pictures of the floor |
| `robocell.experiments` | what is asked: sweeps, replications, comparisons, reports |
| `robocell.visualization` | what is seen: the server, replays, pictures (needs the extra `viz`) |
| `robocell.testing` | for tests of your own: conformance checks, a bare world, random factories |

On the command line: `robocell --help`.
"""

import lazy_loader

from .experiments.execution import kernel_cache as _kernel_cache

__version__ = "0.1.0"

_kernel_cache.choose_folder()
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # imported on first use
