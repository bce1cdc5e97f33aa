"""The record of a run: the event log, its file, and its sentences."""

from .event_log import NOBODY, AgentKind, Event, EventLog, RobotState, StationState, VehicleState

__all__ = ["NOBODY", "AgentKind", "Event", "EventLog", "RobotState", "StationState", "VehicleState"]
