"""One module for each kind of form: frozen content in, a drawn sheet out."""
