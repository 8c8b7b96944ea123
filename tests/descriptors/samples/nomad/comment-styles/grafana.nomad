/*
  image = "grafana/grafana:9.0.0"
  moved to 10.x in January
*/
job "grafana" {
  datacenters = ["*"]
  group "g" {
    task "grafana" {
      driver = "docker"
      config {
        # image = "grafana/grafana:10.2.0"
        // image = "grafana/grafana:10.3.0"
        image = "grafana/grafana:10.4.1" // stable
        /* image = "grafana/grafana-enterprise:10.4.1" */
        ports = ["http"]
      }
      env {
        GF_SERVER_ROOT_URL = "https://grafana.example.com:3000/" # no image
      }
    }
  }
}
