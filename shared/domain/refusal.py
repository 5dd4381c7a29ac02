"""Why a command may not happen."""

from shared.domain.value import value


@value
class Refusal:
    """Why a command may not happen; `early` when it may become legal once what came before it has arrived."""

    path: str
    message: str
    early: bool
