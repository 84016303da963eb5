"""Pictures of results: values in, SVG or table out, in the look of the console."""
