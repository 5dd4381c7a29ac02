"""How a process of ours logs: one event a line, fields not sentences, to standard error."""

import logging
import sys
from typing import Literal

import structlog


def configure_logging(style: Literal["console", "json"] = "console", level: int = logging.INFO) -> None:
    """Set up structlog for the process; `json` is for machines that collect logs."""
    renderer = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
