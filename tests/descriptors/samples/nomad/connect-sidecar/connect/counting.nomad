job "countdash" {
  group "api" {
    network { mode = "bridge" }
    service {
      name = "count-api"
      port = "9001"
      tags = ["version/v3", "image:none"]
      connect {
        sidecar_service {}
        sidecar_task {
          driver = "docker"
          config {
            image = "envoyproxy/envoy:v1.29.2"
          }
        }
      }
    }
    task "web" {
      driver = "docker"
      config {
        image = "hashicorpdev/counter-api:v3"
      }
    }
  }
}
