job "unifi" {
    type = "service"
    group "ctl" {
        task "mongo" {
            driver = "podman"
            config {
                image = "docker.io/library/mongo:4.4.29"
                network_mode = "host"
            }
        }
        task "unifi" {
            driver = "podman"
            config {
                image = "lscr.io/linuxserver/unifi-network-application:8.0.28"
                volumes = [
                    "/srv/unifi:/config:Z",
                ]
            }
        }
    }
}
