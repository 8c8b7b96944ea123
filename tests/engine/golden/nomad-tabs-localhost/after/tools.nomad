job "tools" {
	group "tools" {
		task "registry" {
			driver = "docker"
			config {
				image = "registry:3"
			}
		}
		task "ui" {
			driver = "docker"
			config {
				image = "localhost:5000/tools/ui:1.11"
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
