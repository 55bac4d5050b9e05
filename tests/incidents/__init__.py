"""A lab of incidents: real parts, one fault after the other, and whether the first page names it."""
