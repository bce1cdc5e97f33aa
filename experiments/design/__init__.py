"""What is asked: the experiment file, its cases and trials, and the questions that may be put to them."""
