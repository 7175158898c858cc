"""What can be read in a picture. The only room with networks for text; what it reads permits nothing."""
