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
        image = "quay.io/prometheus/prometheus:v2.51.1"
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
        image = "quay.io/prometheus/alertmanager:v0.27.1"
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
        image  = "docker://timberio/vector:0.36.2-alpine@sha256:c26d3b3d3961033a478c2cdb8bf838e6e716b25f2e5f0f661b7d1521e7f6fe56"
        labels = { "com.acme/role" = "shipper" }
      }
    }
  }
}
