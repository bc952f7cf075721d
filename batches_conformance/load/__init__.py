"""The wiring of a load: what master and workers of locust do with the suite."""
