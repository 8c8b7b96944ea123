job "ingress" {
  group "in" {
    service {
      connect {
        gateway {
          ingress {}
        }
        sidecar_task {
          config {
            image = "envoyproxy/envoy:v${NOMAD_envoy_version}"
          }
        }
      }
    }
    task "agent" {
      driver = "docker"
      config {
        image = "registry.example.com/${meta.flavour}/agent:1.0.4"
        args  = ["-addr", "${NOMAD_IP_http}:${NOMAD_PORT_http}"]
      }
    }
    task "log" {
      driver = "docker"
      config {
        image = "fluent/fluent-bit:2.2.2"
      }
    }
  }
}
