"""Every screen as a picture: still life, one scene a state, the renderer."""
