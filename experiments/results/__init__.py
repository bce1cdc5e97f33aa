"""The results of a run: tables, statistics, and the claims and answers that they allow."""
