job "vm" {
  meta {
    image    = "logo.png"
    git_repo = "https://github.com/acme/vm.git"
  }
  group "vm" {
    task "qemu" {
      driver = "qemu"
      artifact {
        source      = "https://images.example.com:8443/debian-12.qcow2"
        destination = "local/"
      }
      config {
        image_path  = "local/debian-12.qcow2"
        accelerator = "kvm"
        args        = ["-nodefaults"]
      }
    }
    task "exporter" {
      driver = "exec"
      artifact {
        source = "git::https://github.com/acme/exporter?ref=v1.8.0"
      }
      config {
        command = "local/exporter"
        args    = ["--listen", "0.0.0.0:9100"]
      }
    }
  }
}
