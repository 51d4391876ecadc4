# syntax=docker/dockerfile:1
# For builds that can be repeated to the byte: --build-arg PYTHON=3.13-slim-trixie@sha256:…
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY docker docker
RUN docker/install.sh /opt/canonid

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="canonid" \
      org.opencontainers.image.description="A linter for canonical identifiers in curated biomedical knowledge bases" \
      org.opencontainers.image.licenses="MIT"
# A new volume takes over the owner of the folder that it is mounted on.
RUN groupadd --gid 10001 canonid \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin canonid \
    && install -d -o 10001 -g 10001 -m 0750 /cache
COPY --from=build /opt/canonid /opt/canonid
ENV PATH=/opt/canonid/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    CANONID_DATABASE=/cache/canonid.sqlite
USER 10001:10001
WORKDIR /wiki
STOPSIGNAL SIGTERM
# For `schedule --health-port 8080`; whoever runs another command takes no notice of it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["canonid"]
CMD ["--help"]
