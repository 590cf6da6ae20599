"""The figures of docs/quality.md, of all networks together."""
