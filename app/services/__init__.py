"""What the API and the commands ask for, in terms of the domain; each call is one transaction at most."""
