job "echo" {
  group "echo" {
    task "a" {
      driver = "docker"
      config { image = "hashicorp/http-echo:1.0.0" }
    }
    task "b" {
      driver = "docker"
      config { image="traefik/whoami:v1.10.1" }
    }
    task "c" {
      driver = "docker"
      config {
        image="busybox"
        args=["sleep", "infinity"]
      }
    }
  }
}
