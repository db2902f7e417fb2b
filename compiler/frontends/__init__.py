"""Inputs to the intermediate representation: parse only, spans kept, no meaning."""
