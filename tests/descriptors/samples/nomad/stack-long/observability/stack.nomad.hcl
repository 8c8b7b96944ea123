# Observability stack
# -------------------
# owner: sre@acme.example
# image: see below

locals {
  retention = "30d"
}

variable "loki_version" {
  type = string
}

job "observability" {
  datacenters = ["dc1"]
  priority    = 80

  constraint {
    attribute = "${node.class}"
    value     = "infra"
  }

  group "metrics" {
    count = 1

    network {
      mode = "bridge"
      port "http" {
        static = 9090
        to     = 9090
      }
    }

    service {
      name = "prometheus"
      port = "http"
      tags = [
        "traefik.enable=true",
        "traefik.http.routers.prom.rule=Host(`prom.obs.acme.example`)",
      ]
      check {
        type     = "http"
        path     = "/-/healthy"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "prometheus" {
      driver = "docker"
      user   = "65534:65534"

      config {
        image = "quay.io/prometheus/prometheus:v2.51.0"
        args = [
          "--config.file=/local/prometheus.yml",
          "--storage.tsdb.retention.time=${local.retention}",
          "--web.external-url=https://prom.obs.acme.example:443",
        ]
        ports = ["http"]
      }

      template {
        destination = "local/prometheus.yml"
        change_mode = "signal"
        data        = <<-YAML
          scrape_configs:
            - job_name: nomad
              consul_sd_configs:
                - server: '{{ env "attr.unique.network.ip-address" }}:8500'
            - job_name: "static"
              image: prom/prometheus:v1.0.0
              image = "prom/prometheus:v1.1.0"
        YAML
      }

      resources {
        cpu    = 1000
        memory = 2048
      }
    }

    task "alertmanager" {
      driver = "docker"
      config {
        image = "quay.io/prometheus/alertmanager:v0.27.0"
      }
    }
  }

  group "logs" {
    task "loki" {
      driver = "docker"
      config {
        image = "grafana/loki:${var.loki_version}"
      }
    }

    task "vector" {
      driver = "podman"
      config {
        image  = "docker://timberio/vector:0.36.1-alpine@sha256:8618a5267186f094d4056bdff8f9ba52233e0f479823c4819597e3b1bbd0e2fb"
        labels = { "com.acme/role" = "shipper" }
      }
    }
  }
}
