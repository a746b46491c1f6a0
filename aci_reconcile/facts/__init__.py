"""What the tool and its emulator believe about Azure, and how anybody with a subscription proves or corrects it."""
