"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of single sign-on."""

    name = "plugins.oidc"
    label = "plugin_oidc"
    verbose_name = "Single sign-on (OpenID Connect)"
    meta = PluginMeta(
        name="oidc",
        title="Single sign-on (OpenID Connect)",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Lets people sign in where they sign in anyway: Keycloak, Entra ID, Google, Authentik and their likes.",
    )
