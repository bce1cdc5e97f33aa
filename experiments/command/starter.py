"""What `robocell new` writes: an experiment with every line explained, and an agent class to change."""

import shlex
from pathlib import Path

import yaml

from ..errors import ExperimentError
from ..execution.durable import write_atomically
from ..plain_text import one_line

EXPERIMENT = """\
# robocell run {path}    runs all cases
# robocell view {path}   shows one in a browser, live
{name}

scenario:
  layout:
    cell_size: 1m
    # '#' wall, '.' floor, '> v < ^' one way, 'P' parking; other symbols are docks of the places below
    art: |
      #############
      #I....S....O#
      #...........#
      #..PPP.PPP..#
      #...........#
      #C....T.....#
      #############
    legend: {{I: source, O: sink, S: saw, T: turning, C: charger_1}}
  stations:
    saw: {{operations: {{cut: 40s}}, input_capacity: 4, output_capacity: 4}}
    turning:
      operations: {{turn: {{distribution: gamma, mean: 50s, cv: 0.3}}}}
      input_capacity: 4
      output_capacity: 4
      breakdown: {{mtbf: 2h, mttr: 5min}}
  fleet:
    agvs:
      count: 3
      speed: 1m/s
      load: 5s
      unload: 5s
      class: my_agv:NearbyAGV      # my_agv.py beside this file
  chargers: {{charger_1: {{slots: 1}}}}
  products:
    shaft: {{routing: [cut, turn], due: 1h}}
  orders: {{kind: poisson, rate: 50/h}}
  negotiation: {{mechanism: contract_net}}
  horizon: 4h
  warm_up: 30min
  record: {{trace: true}}          # positions too: `robocell view DIR` replays a run without running my_agv.py again

# Every combination is a case; every case meets the same arrivals and breakdowns.
sweep:
  grid:
    fleet.agvs.count: [1, 2, 3, 4]
replications: 5
"""

AGENT = '''\
"""An AGV with its own bidding rule: named in experiment.yaml as `class: my_agv:NearbyAGV`."""

from robocell.agents import AGV, Proposal

DETOUR_PRICE = 0.5  # seconds asked on top for every second of driving empty


class NearbyAGV(AGV):
    """Leaves distant parts to others: asks more than its cost where it has to drive far to the part."""

    def bid(self, call):
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            offer.cost += DETOUR_PRICE * offer.approach_s
        return offer
'''


def write_starter(folder: Path) -> list[Path]:
    """Makes `folder` with experiment.yaml and my_agv.py; ExperimentError where it exists and is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExperimentError(f"{folder}: exists already; choose a new folder")
    title = one_line(folder.resolve().name.replace("_", " "))
    name = yaml.safe_dump({"name": title}, allow_unicode=True, width=1000).strip()
    path = shlex.quote(one_line(str(folder / "experiment.yaml")))
    files = {
        folder / "experiment.yaml": EXPERIMENT.format(path=path, name=name),
        folder / "my_agv.py": AGENT,
    }
    for path, text in files.items():
        write_atomically(path, text.encode())
    return list(files)
