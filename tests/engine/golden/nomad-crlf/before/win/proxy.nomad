job "proxy" {
  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }
  group "p" {
    task "haproxy" {
      driver = "docker"
      config {
        image = "haproxy:2.9.6"
        ports = ["http", "https"]
      }
    }
  }
}
