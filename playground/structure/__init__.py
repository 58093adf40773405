"""A new database laid down at once, as all migrations together would have made it.

The migrations say how an old database becomes today's; to make a new one through all of
them takes half a minute. `make structure` writes down what they make, for each kind of
database, and `migrate` starts a new one from there. What was migrated since the file was
written is applied as always, so an old file is only slower.
"""
