"""The demo's data: the first half of 2023 of a district environmental bureau, event by event; every name in it is made up."""

from services.cli.demo.timeline import half_year
from services.cli.demo.units import UNITS

__all__ = ["UNITS", "half_year"]
