"""aiohttp lives here and nowhere else."""
