"""Who somebody is: identifiers normalised, names folded for search and sorted. Pure."""
