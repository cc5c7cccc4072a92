"""Programs that were written and recorded once the detector was built: no weight was fitted to what they show."""
