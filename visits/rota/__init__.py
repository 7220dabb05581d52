"""轮值: who sits where when, for a street or the district and a period.

`problem` reads the database into the plain values of `shapes`; `solve` answers them with CP-SAT and knows no model;
`words` says what stands in the way; `plans` and `accept` are the verbs.
"""
