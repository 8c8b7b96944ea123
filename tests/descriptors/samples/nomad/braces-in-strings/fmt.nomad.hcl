job "fmt" {
  group "fmt" {
    task "fmt" {
      driver = "docker"
      env {
        TEMPLATE = "{\"image\": \"none\", \"open\": \"{{\"}"
        HASH     = "a # b // c /* d"
        ESCAPED  = "$${not_a_var}"
      }
      config {
        entrypoint = ["/bin/sh", "-c", "echo '} image = nothing {'"]
        image      = "public.ecr.aws/docker/library/alpine:3.19"
      }
      logs {
        max_files = 3
      }
    }
    task "after" {
      driver = "docker"
      config {
        image = "mcr.microsoft.com/azure-cli:2.58.0"
      }
    }
  }
}
