"""The window of the last scan, kept on disk, so that the next one reads only what is new."""
