"""Readers of published instances: job shops, MovingAI maps, League of Robot Runners, pickup and delivery."""
