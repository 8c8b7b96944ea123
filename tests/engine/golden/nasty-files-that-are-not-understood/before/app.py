image = "ghcr.io/acme/a:1"
