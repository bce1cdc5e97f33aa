"""The events that agents log, and the states of agents."""

from enum import IntEnum

from .negotiation.messages import NOBODY

__all__ = ["BY_HAND", "NOBODY", "AgentKind", "Event", "RobotState", "StationState", "VehicleState"]


class Event(IntEnum):
    """Kind of an event row. Columns: `agent`, `job`, `other` are ids (or NOBODY), `value` is a number.

    The numbers are part of the file format: new events are added at the end.
    """

    RELEASED = 0  # agent=source, job, other=index of the product in scenario.products, value=due time in s, inf if none
    LOADED = 1  # agent=AGV, job, other=place left: the part is on the vehicle from now on
    UNLOADED = 2  # agent=AGV, job, other=place reached: the part has left the vehicle
    MOVED = 3  # agent=place reached, job, other=place left (instant transport)
    MOUNTED = 4  # agent=robot or the station itself, job, other=station: input buffer -> machine
    SETUP_STARTED = 5  # agent=station, job, value=duration in s
    PROCESSING_STARTED = 6  # agent=station, job, value=index of the operation in the routing
    PROCESSING_ENDED = 7  # agent=station, job
    DISMOUNTED = 8  # agent=robot or the station itself, job, other=station: machine -> output buffer
    SCRAPPED = 9  # agent=station, job; value=1: taken out by hand, agent=place or vehicle where it was
    FINISHED = 10  # agent=sink, job
    STATION_STATE = 11  # agent=station, other=machine index, value=StationState
    VEHICLE_STATE = 12  # agent=AGV, value=VehicleState
    ROBOT_STATE = 13  # agent=robot, value=RobotState
    BATTERY = 14  # agent=AGV, value=level, 0..1
    ENERGY = 15  # agent=AGV, other=charger, value=joules charged since the last such row
    BROKE_DOWN = 16  # agent
    REPAIRED = 17  # agent
    STANDSTILL = 18  # agent=vehicle that waits in a cycle of vehicles, value=number of vehicles in it
    INFEASIBLE = 19  # agent=manager, job, value=TaskKind: no contractor can ever do this task
    # parts concerned by messages about a divisible task; value=conversation
    LOT_CALLED = 20  # agent=manager, job, other=task: this part is among those of a call for proposals
    LOT_OFFERED = 21  # agent=contractor, other=number of parts that it offers to take (record: {messages: full})
    LOT_AWARDED = 22  # agent=contractor, job, other=task: this part is in the awarded share
    LOT_LEFT_OUT = 23  # agent=manager, job, other=task: this part goes elsewhere, and is dropped from the transport
    JAMMED = 24  # agent=place of the part, job, other=station that it waits for (the same: for a machine, or a place in
    # the output), or NOBODY if unknown; value=number of parts that wait for each other in a circle
    # agents that join or leave while the factory runs; all others are present from start to end
    JOINED = 25  # agent=AGV
    LEFT = 26  # agent=AGV, station, storage, robot or charger
    SET_DOWN = 27  # agent=AGV or station that leaves, job, other=place: it is ready there, beside the buffers
    ORDERED = 28  # agent=place where it ends, job, other=stream of orders, value=priority: if orders differ in these
    RESULT = 29  # agent=station, job, other=index of the operation in the routing, value=result: if it has several


BY_HAND = 1.0  # the `value` of a SCRAPPED row for a part that was taken out by hand


class StationState(IntEnum):
    """State of a machine of a station."""

    STARVED = 0
    PROCESSING = 1
    SETUP = 2
    BLOCKED = 3
    DOWN = 4
    OFF = 5  # its operators are off shift


class VehicleState(IntEnum):
    """State of a vehicle."""

    IDLE = 0
    EMPTY = 1  # drives without a part
    LOADED = 2  # drives with a part
    HANDLING = 3
    WAITING = 4  # for a dock (including the trip to the waiting position) or for a part
    CHARGING = 5
    DOWN = 6
    OFF = 7


class RobotState(IntEnum):
    """State of a robot."""

    IDLE = 0
    HANDLING = 1
    DOWN = 2
    OFF = 3


class AgentKind(IntEnum):
    """Kind of an agent, as the log stores it."""

    JOB = 0
    STATION = 1  # also source, sink and storage
    ROBOT = 2
    AGV = 3
    CHARGER = 4
    LOT = 5
