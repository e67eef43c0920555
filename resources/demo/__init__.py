"""The demo hospital: invented people, their drawn portraits, and invented images to share. No real person is shown."""
