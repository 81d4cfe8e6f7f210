"""The demo: fictitious people, four projects on published molecules, told through the services as they would have happened."""
