"""How each question is answered: the replications that it requests, and what it concludes from them."""
