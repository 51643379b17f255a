"""The one chain of migrations; each is tested down and up and is safe under load."""
