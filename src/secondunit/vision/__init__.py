"""What a plate shows: camera, mattes, facade, light, clean plate, grain. Classical only: numpy, scipy, OpenCV."""
