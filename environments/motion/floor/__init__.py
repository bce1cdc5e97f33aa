"""The rules of a factory floor: docks, parking, closed cells, turning and slow vehicles, standstills."""
