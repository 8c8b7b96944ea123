"""The assertions by which a GitHub App says who it is: JSON web tokens signed with RS256.

Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import jwt

from imagebot.demo.github.accounts import Actor, App

_LONGEST_S = 600


def actor_of(assertion: str, apps: Iterable[App], now: datetime) -> Actor:
    """The app that signed an assertion; nobody if it is wrong, over, or valid for more than ten minutes."""
    options = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "iss"]}
    for app in apps:
        try:
            claims = jwt.decode(assertion, app.key, algorithms=["RS256"], options=options)  # type: ignore[arg-type] # a plain dict of options
        except jwt.InvalidTokenError:
            continue
        issued, expires, moment = int(claims["iat"]), int(claims["exp"]), now.timestamp()
        if str(claims["iss"]) == str(app.id) and issued <= moment < expires <= moment + _LONGEST_S:
            return Actor(app.login, app=app.id)
    return Actor()
