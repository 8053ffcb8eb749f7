"""Evaluates recordings with dice-monitor on the machines of a Ray cluster: counts add, so every drive is a task."""
