"""The contract net as an engine that knows no factory."""
