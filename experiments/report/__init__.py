"""The report of results: charts, pictures of the factory, and the page that contains them."""
