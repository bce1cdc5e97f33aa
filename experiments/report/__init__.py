"""How results are shown: charts, pictures of the factory, and the page that holds them."""
