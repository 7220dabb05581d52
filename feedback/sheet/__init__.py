"""选民意见反馈表: one opinion from start to end on one A4 page, as PDF and as Word; blank ones to fill in by hand."""
