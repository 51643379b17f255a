"""Official documents (公文): what the office signs, laid out by GB/T 9704-2012 from the facts of the record.

What was issued is kept as bytes with its digest, and never made anew; a county may replace the words of each kind.
The rooms above hand in their facts, and the room knows none of them.
"""
