"""Microsoft Entra: sign-in of a service principal, and the tokens."""
