"""Visits as other programs subscribe to them: iCalendar and Atom, public or for one person alone."""
