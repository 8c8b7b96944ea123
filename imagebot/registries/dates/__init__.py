"""When registries say that tags were pushed: one module for each API that tells."""
