"""During and after an incident: seven practices, one file each, behind one protocol."""
