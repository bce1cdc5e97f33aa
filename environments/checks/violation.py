"""The record of a broken rule, and the list of all rules."""

from dataclasses import dataclass

NO_ROW = -1
TOLERANCE_S = 1e-6  # sums of floats: smaller differences count as simultaneous

RULES = {
    "row": "every row refers to an existing event, state and conversation",
    "time": "rows are in order of time, within [0, end of the log]",
    "part-life": "a part is released once, and nothing happens to it before its release or after its end",
    "part-place": "a part is in one place, taken only from where it is, called for with others only where they are, "
    "and stays when its holder leaves",
    "presence": "an agent says and does nothing before it joins or after it leaves, and is on the floor in between",
    "part-identity": "rows name existing agents of the right kind: parts, stations, vehicles, robots",
    "routing": "a part goes through the operations of its product in order, at stations that can do them",
    "order": "a part begins, ends and ranks as an order of its stream says, and the log says so once",
    "priority": "no part is loaded into a machine while one of a higher priority waits at that station",
    "buffer": "buffers and storage hold no more parts than fit",
    "machines": "a station works on no more parts than it has machines",
    "vehicle-load": "a vehicle carries no more parts than fit",
    "vehicle-state": "a vehicle is reported as loaded or empty only while it is, and to handle while it does",
    "robot-state": "a robot is reported to handle while it does",
    "station-state": "as many machines are reported in a state as have a part at that stage, those down or off aside",
    "tending": "where robots tend a station, only they load and unload its machines; elsewhere the station does",
    "one-at-a-time": "robots and vehicles handle one part at a time, and take the time it takes",
    "setup": "processing starts when the set-up is over, and the set-up is the one that the products ask for",
    "processing-time": "an operation takes as long as its distribution allows, standstill of its machine not counted",
    "shift": "in a pause no work begins or is promised, and stations are off; no agent is off at other times",
    "drained": "a run that drains ends with every released part finished or scrapped",
    "jam": "no parts wait forever for places that they hold themselves",
    "unknown-call": "messages belong to calls that their manager opened before, proposals to a call that went out",
    "protocol": "managers call, award and cancel; contractors for such tasks answer, a cancel only after it is sent",
    "early-award": "an award answers a proposal of the contractor in the same conversation",
    "late-award": "an award is made before the reply-by of the latest call of its conversation, which is not withdrawn",
    "double-award": "a task has one holder: none is called or awarded while it is held, or done; a call has one winner",
    "void-agree": "a contractor that gave up an award, completed it or never had it does not agree to it",
    "unacknowledged": "a contractor acknowledges the award before it is done with the task",
    "double-done": "a task is done once, by the contractor that holds the award",
    "open-call": "calls are closed when the task is done, the job has left, or the factory is drained",
    "unawarded": "a part is taken, taken in by a station, or handled only while the agent that does it holds an award",
    "unfounded": "a contractor that reports a task as done has just done it",
    "lost-task": "in a run that drains every task is done, cancelled, or reported as infeasible",
    "share": "an award of a lot names called parts that no contractor holds, and no more than were offered",
    "lot": "a part of a lot is carried once, by the vehicle that holds its share, before the share is done",
    "travel": "from one handling to the next a vehicle takes at least the time of the shortest path, loaded or not",
    "vertex": "no two vehicles are in one cell",
    "swap": "no two vehicles exchange cells",
    "wall": "no vehicle is in a wall or off the floor",
    "turning": "vehicles that turn in place take the time for it between two moves",
    "speed": "vehicles do not exceed their speed, with a load or without",
    "jump": "a vehicle moves to a neighbouring cell",
    "one-way": "one-way cells are left along the arrow, and never entered against it",
    "dock": "vehicles load, unload and charge on a dock of the place",
    "standing": "vehicles that handle, charge or are down do not move",
    "battery": "batteries are within 0..1",
}


@dataclass(frozen=True)
class Violation:
    """One broken rule.

    Attributes:
        rule: a key of RULES.
        time_s: time of the violation.
        who: name of the agent, job or task concerned.
        message: what happened, in a sentence.
        row: index in the table that shows it (events, messages, conversations or trace rows), NO_ROW for none.
    """

    rule: str
    time_s: float
    who: str
    message: str
    row: int = NO_ROW

    def __str__(self) -> str:
        return f"{self.rule} at {self.time_s:g} s, {self.who}: {self.message}"
