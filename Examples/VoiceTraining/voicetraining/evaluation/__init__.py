"""How near a voice comes to its teacher, measured on speech that the library itself synthesizes."""
