"""Before anything happens: where projects lean on service delivery, and on each other."""
