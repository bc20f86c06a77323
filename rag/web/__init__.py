"""The chat in a browser: a Gradio app over an engine."""
