"""The demo: fictitious people, projects on published molecules, told through the services as they would have happened."""
