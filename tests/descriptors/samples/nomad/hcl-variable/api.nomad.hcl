variable "tag" {
  type        = string
  description = "image tag of the api"
}

variable "region" {
  type    = string
  default = "eu"
}

job "api-${var.region}" {
  group "api" {
    task "api" {
      driver = "docker"
      config {
        image = "ghcr.io/acme/api:${var.tag}"
      }
    }
    task "statsd" {
      driver = "docker"
      config {
        image = "prom/statsd-exporter:v0.26.0"
      }
    }
  }
}
