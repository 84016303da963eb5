"""From stored results of measures to figures and sentences: no measure is computed here."""
