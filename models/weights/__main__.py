"""`python -m orator.models.weights`: write the checksums of the weight files anew."""

from .checksums import write_lists

changed = write_lists()
print(f"Checksums changed: {', '.join(changed)}" if changed else "The checksums are those of the files.")
