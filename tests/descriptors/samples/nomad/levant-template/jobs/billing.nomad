job "billing" {
  datacenters = ["dc1"]
  group "billing" {
    task "app" {
      driver = "docker"
      config {
        image = "registry.acme.io/billing/app:[[ .billing.tag ]]"
      }
    }
    task "migrate" {
      driver = "docker"
      lifecycle {
        hook = "prestart"
      }
      config {
        image = "migrate/migrate:v4.17.0"
        args  = ["-path", "/m", "up"]
      }
    }
  }
}
