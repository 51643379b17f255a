"""The queue and clock face: arq wakes it, PostgreSQL tells it what is due."""
