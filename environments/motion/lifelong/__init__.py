"""Lifelong path finding: tasks are assigned to vehicles continually, and plans are carried out under delays."""
