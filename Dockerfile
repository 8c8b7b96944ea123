# syntax=docker/dockerfile:1
# Two stages: the first builds a wheel and installs it, the second holds only what runs.
FROM docker.io/library/python:3.13-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY imagebot ./imagebot
# [aws], [gcp], [azure] or [sigstore], several with commas: docker build --build-arg EXTRAS='[aws]'
ARG EXTRAS=
RUN python -m venv /opt/imagebot \
 && /opt/imagebot/bin/pip install --no-cache-dir --no-compile ".${EXTRAS}"

FROM docker.io/library/python:3.13-slim-bookworm
# Debian keeps one version of each package: a pin would break the build with the next security fix.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 65532 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin imagebot
COPY --from=build /opt/imagebot /opt/imagebot

# A read-only root works: only the cache is written, and deleting it loses nothing.
# Mount a volume or a tmpfs at /cache and /tmp.
ENV PATH=/opt/imagebot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    IMAGEBOT_CACHE=/cache
RUN install --directory --owner=imagebot --group=imagebot /cache
VOLUME ["/cache"]
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["imagebot"]
CMD ["--help"]
