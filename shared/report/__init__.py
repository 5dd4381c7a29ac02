"""The written report of a period: one content, composed from the figures, and its renderings as Word, Excel and Markdown."""
