"""The board: the newest state, rendered once per change, for the pages, the streams and the API."""

from datetime import datetime, tzinfo

from fastapi.sse import format_sse_event

from contracts.figures import Figures
from services.web.fanout import Fanout
from services.web.page import render_fragment
from services.web.view import State, view_of
from shared.units import Units

RECONNECT_MS = 2000


class Board:
    """What every client is shown. A state that looks the same is not sent again."""

    def __init__(self, units: Units, zone: tzinfo, now: datetime) -> None:
        self._units = units
        self._zone = zone
        self.streams = Fanout()
        self.fragment = ""
        self.show(State(), now)

    def show(self, state: State, now: datetime) -> None:
        """Render the state; send it when anything on it changed, be it only how late a task is."""
        self.state = state
        fragment = render_fragment(view_of(state, self._units, self._zone, now))
        if fragment != self.fragment:
            self.fragment = fragment
            self.streams.send(format_sse_event(event="fragment", data_str=fragment, retry=RECONNECT_MS))


def is_older(figures: Figures, than: Figures) -> bool:
    """Whether figures are behind those that are known: positions decide, the instant only where they are equal."""
    if figures.positions == than.positions:
        return figures.as_of < than.as_of
    return all(position <= than.positions.get(partition, 0) for partition, position in figures.positions.items())
