"""What syndicate costs: one module per question, `python -m benchmarks` for all of them.

A module has `measure()`, which yields figures. Figures are only ever compared within one run: a machine has
slow days. Nothing here is a test, and no test asserts on elapsed time.
"""
