variable "image_tag" { type = string }
variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}
job "loki" {
  datacenters = var.datacenters
  group "loki" {
    task "loki" {
      driver = "docker"
      config {
        image = "grafana/loki:${var.image_tag}"
        args  = ["-config.file", "local/loki.yml"]
      }
    }
    task "canary" {
      driver = "docker"
      config {
        image = "grafana/loki-canary:2.9.6"
      }
    }
  }
}
