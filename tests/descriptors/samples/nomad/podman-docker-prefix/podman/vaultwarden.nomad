job "vaultwarden" {
  group "vw" {
    task "server" {
      driver = "podman"

      config {
        image = "docker://docker.io/vaultwarden/server:1.30.5-alpine"
        ports = ["http"]
      }
    }
    task "backup" {
      driver = "podman"
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }
      config {
        image   = "docker://ghcr.io/acme/sqlite-backup:0.3.0"
        command = "/backup.sh"
      }
    }
  }
}
