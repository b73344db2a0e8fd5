"""The contract between the host and every plugin: one module a family, descriptors and hook specs together.

Descriptors are frozen and typed; the host validates them and selects by name, so the order of plugins never decides.
Hooks are the control plane: quick, synchronous, returning data. Frames never pass through a hook.
Names: `register_<things>` returns descriptors, `on_<thing>_<past participle>` tells, `decide_<question>` votes.
"""
