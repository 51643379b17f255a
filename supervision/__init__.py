"""The domain of supervision (督查): rooms on ordered floors, imports go down only."""
