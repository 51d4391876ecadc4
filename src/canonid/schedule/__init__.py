"""The job as a service: when it is due, one at a time, stopped in order, seen from outside, and telling what is new."""
