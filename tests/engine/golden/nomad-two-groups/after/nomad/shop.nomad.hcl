# shop: web tier and workers
job "shop" {
  datacenters = ["fra1", "ams2"]
  namespace   = "shop"

  update {
    max_parallel = 1
    auto_revert  = true
  }

  group "web" {
    count = 3

    task "nginx" {
      driver = "docker"
      config {
        image   = "nginx:1.25.5" # before: nginx:1.23
        volumes = ["local/nginx.conf:/etc/nginx/nginx.conf:ro"]
      }
    }

    task "app" {
      driver = "docker"
      config {
        image      = "registry.shop.example:5000/web/app:2025-03-18.4@sha256:ffbdffda55eb0f63225aa15d3043b8b4c2f1f3b83fe2fa41373164e6c7d2f4f8"
        force_pull = true
        auth {
          username = "ci"
          password = "x"
        }
      }
      resources {
        cpu    = 500
        memory = 512
      }
    }
  }

  group "worker" {
    count = 2
    task "worker" {
      driver = "docker"
      config {
        image              = "registry.shop.example:5000/web/worker:2025-03-18.4"
        image_pull_timeout = "15m"
        args               = ["--queue", "mail:high"]
      }
    }
  }
}
