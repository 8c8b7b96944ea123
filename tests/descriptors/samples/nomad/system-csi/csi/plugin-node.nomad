job "csi-nfs-node" {
  type = "system"
  group "nodes" {
    task "plugin" {
      driver = "docker"
      config {
        privileged   = true
        network_mode = "host"
        args = [
          "--type=node",
          "--endpoint=${CSI_ENDPOINT}",
        ]
        devices = [
          {
            host_path      = "/dev/fuse"
            container_path = "/dev/fuse"
          }
        ]
        image = "registry.gitlab.com/rocketduck/csi-plugin-nfs:0.7.0"
      }
      csi_plugin {
        id        = "nfs"
        type      = "node"
        mount_dir = "/csi"
      }
    }
  }
}
