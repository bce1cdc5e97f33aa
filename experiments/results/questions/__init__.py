"""How each question is answered: which replications it asks for, and what it says of them."""
