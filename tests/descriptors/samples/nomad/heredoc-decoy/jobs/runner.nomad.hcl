job "gitlab-runner" {
  group "runner" {
    task "runner" {
      driver = "docker"

      template {
        destination = "local/config.toml"
        data        = <<EOF
concurrent = 4
[[runners]]
  executor = "docker"
  [runners.docker]
    image = "alpine:3.15"
    # } not the end
EOF
      }

      template {
        data = <<-EOH
          config {
            image = "decoy/inner:0.0.1"
          }
          TOKEN={{ with secret "kv/runner" }}{{ .Data.token }}{{ end }}
          EOH
        destination = "secrets/env"
        env         = true
      }

      config {
        image = "gitlab/gitlab-runner:alpine-v16.9.1"
        mount {
          type   = "bind"
          source = "local/config.toml"
          target = "/etc/gitlab-runner/config.toml"
        }
      }
    }
  }
}
