"""What is seen: the Mesa server, replays, pictures and clips."""
