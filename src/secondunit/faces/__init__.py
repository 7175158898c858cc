"""Whether somebody can be seen in a picture. The only room with face models.

It finds faces, and says of each whether it is like somebody that it is handed the measure of; it keeps nothing.
"""
