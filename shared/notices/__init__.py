"""What those who tell people and the pages that show it have in common: the words, and the links that are signed."""
