"""Pure functions over Chinese and English text."""
