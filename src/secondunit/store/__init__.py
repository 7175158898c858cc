"""Tables, migrations, blobs: the only room that touches the database."""
