"""Events of signing in, and what of it belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from pydantic import BaseModel, Field

from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl
from core.signin.models import PasswordState, StoredPolicy


class NewPlace(BaseModel):
    """user: name; device: in words, such as `Firefox on Windows`."""

    user: str = Field(title="User")
    address: str = Field("", title="Address")
    device: str = Field("", title="Device")


class SignInRefused(BaseModel):
    """user: the name that was given, whether there is one or not; wrong: password, code, recovery or passkey."""

    user: str = Field(title="User")
    address: str = Field("", title="Address")
    wrong: str = Field("password", title="Wrong")


class LockedOut(BaseModel):
    """user: the name that was given, whether there is one or not; minutes: until the lock ends."""

    user: str = Field(title="User")
    address: str = Field("", title="Address")
    minutes: int = Field(title="Minutes")


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """What happens at the door."""
    return (
        EventTypeSpec("sign_in.new_place", "Sign-in from a new place", NewPlace),
        EventTypeSpec("sign_in.refused", "Sign-in refused", SignInRefused),
        EventTypeSpec("sign_in.locked_out", "Locked out after wrong attempts", LockedOut),
    )


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """How people sign in, their second factors, and who has to change a password. Sessions and locks stay behind."""
    users = ("core.users",)
    return (
        ConfigurationPart("sign_in", "Signing in", StoredPolicy, ("values",), "pk", single=True),
        ConfigurationPart(
            "authenticators",
            "Second factors",
            Authenticator,
            ("user", "type", "data"),
            "user type",
            by={"user": "username"},
            after=users,
        ),
        ConfigurationPart(
            "passwords",
            "Ages of passwords",
            PasswordState,
            ("user", "changed_ms", "must_change"),
            "user",
            by={"user": "username"},
            after=users,
        ),
    )
