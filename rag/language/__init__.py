"""Functions over Chinese and English text, and the dictionaries they look words up in."""
