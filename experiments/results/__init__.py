"""What came out: tables of a run, statistics, and the claims and answers that they allow."""
