"""A programme file, changed where it has to be: comments, order and spelling of the rest stay.

`changing` writes new data into a text by replacing what differs; `resting` puts a rule aside as a
comment and brings it back; `asking` makes the questions of a form from what a part of the file may
say, and `answering` makes data of the answers.
"""
