"""One file of jobs for each room; each job finds what is due and does it in steps that can be repeated."""
