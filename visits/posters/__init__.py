"""Posters and notices (张贴预告): what is pinned up, handed out or pasted elsewhere before a visit.

`facts` turns rows into a dict of words; `pdf`, `picture`, `word` and `text` only set those words. A notice is a Chinese
document whatever language its reader has chosen for the pages.
"""
