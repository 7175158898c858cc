"""Whether somebody can be seen in a picture. The only room with face models; it finds faces and names nobody."""
