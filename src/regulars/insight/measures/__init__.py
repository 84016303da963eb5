"""The measures, one small class a file; `regulars.insight.MEASURES` lists them."""
