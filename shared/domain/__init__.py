"""The pure core: standard library only, no clock, no await, no log. Time is an argument."""
