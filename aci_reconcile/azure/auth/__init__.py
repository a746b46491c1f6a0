"""Who acts, and with which token. Only flags and the environment decide it, never a repository."""
