"""The clock's rounds, as Celery carries them."""

from playground.celery import app
from playground.notices.rounds import tell_low_balances, tell_retiring_models


@app.task(ignore_result=True)
def tell_low() -> None:
    tell_low_balances()


@app.task(ignore_result=True)
def tell_retiring() -> None:
    tell_retiring_models()
