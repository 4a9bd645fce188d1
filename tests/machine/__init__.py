"""A model of the whole machine: Hypothesis draws schedules of everything that may happen, on the real code and rows."""
