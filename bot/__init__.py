"""What is plugged in: settings, platforms, web, command line, scheduler. Imports anything below it."""
