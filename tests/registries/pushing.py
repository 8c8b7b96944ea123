"""Push images over HTTP, as any client does."""

from __future__ import annotations

import httpx

from imagebot.demo.images import Image, build_image

MISSING = (
    "docker-registry is not installed: the real half of the contract suite did not run "
    "(apt-get install docker-registry)"
)


def push(host: str, repository: str, tag: str, image: Image | None = None) -> str:
    """Push an image; its digest."""
    image = image or build_image(f"{repository}:{tag}".encode())
    with httpx.Client(base_url=f"http://{host}") as client:
        for digest, content in image.blobs.items():
            where = client.post(f"/v2/{repository}/blobs/uploads/").headers["location"]
            sign = "&" if "?" in where else "?"
            client.put(f"{where}{sign}digest={digest}", content=content).raise_for_status()
        for digest, (media_type, content) in image.manifests.items():
            name = tag if digest == image.digest else digest
            client.put(
                f"/v2/{repository}/manifests/{name}", content=content, headers={"Content-Type": media_type}
            ).raise_for_status()
    return image.digest
