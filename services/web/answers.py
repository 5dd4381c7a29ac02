"""How requests that cannot be answered are answered: always with the reason."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.web.asking import WrongParameter
from shared.ports import NotStored


def not_ready(reason: str) -> JSONResponse:
    """503: nothing is wrong with the request, try again."""
    return JSONResponse({"reason": reason}, status_code=503)


def add_refusals(app: FastAPI) -> None:
    """Have troubles that are expected answered."""

    @app.exception_handler(WrongParameter)
    async def wrong(_: Request, error: WrongParameter) -> JSONResponse:
        return JSONResponse(error.document(), status_code=422)

    @app.exception_handler(NotStored)
    async def away(_: Request, error: NotStored) -> JSONResponse:
        return not_ready(f"the store does not answer, try again: {error}")
