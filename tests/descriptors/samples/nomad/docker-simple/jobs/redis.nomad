job "redis" {
  datacenters = ["dc1"]
  type        = "service"

  group "cache" {
    network {
      port "db" { to = 6379 }
    }

    task "redis" {
      driver = "docker"

      config {
        image = "redis:7.2.4-alpine"
        ports = ["db"]
      }
    }
  }
}
