job "cleanup" {
  type = "batch"
  periodic {
    crons            = ["0 4 * * *"]
    prohibit_overlap = true
  }
  group "c" {
    task "c" {
      driver = "docker"
      config {
        image   = "amazon/aws-cli:2.15.32"
        command = "s3"
        args    = ["rm", "--recursive", "s3://tmp/${NOMAD_ALLOC_ID}"]
      }
    }
  }
}