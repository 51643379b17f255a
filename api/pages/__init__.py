"""The files of the interactive documentation that are ours."""
