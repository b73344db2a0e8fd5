"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of LDAP directories."""

    name = "plugins.ldap_rbac"
    label = "plugin_ldap_rbac"
    verbose_name = "LDAP and Active Directory"
    meta = PluginMeta(
        name="ldap_rbac",
        title="LDAP and Active Directory",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Lets the people of LDAP directories sign in, with the roles of their groups there.",
    )
