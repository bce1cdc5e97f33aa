"""Lifelong path finding: tasks are assigned to vehicles over and over, and plans are carried out under delays."""
