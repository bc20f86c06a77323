"""Training of the reader: ``python -m rag.reading.training --data FOLDER``."""
