job "tools" {
	group "tools" {
		task "registry" {
			driver = "docker"
			config {
				image = "registry:2"
			}
		}
		task "ui" {
			driver = "docker"
			config {
				image = "localhost:5000/tools/ui:1.10"
			}
		}
		task "pad" {
			driver = "docker"
			config {
				image = "etherpad/etherpad:latest"
			}
		}
	}
}
