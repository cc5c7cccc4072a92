# What runs is the virtual environment alone: no compiler, no pip cache, no source tree.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/leakwatch
COPY requirements.lock ./
RUN /opt/leakwatch/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY detectors detectors
COPY alert_rules alert_rules
COPY dashboards dashboards
COPY migrations migrations
RUN /opt/leakwatch/bin/pip install --no-deps --no-build-isolation . \
    && /opt/leakwatch/bin/python -m compileall -q /opt/leakwatch/lib \
    && cd / && /opt/leakwatch/bin/python -m app.prometheus.warm

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 leakwatch \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin leakwatch \
    && install -d -o leakwatch -g leakwatch -m 0700 /var/lib/leakwatch
COPY --from=build /opt/leakwatch /opt/leakwatch
ENV PATH=/opt/leakwatch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LEAKWATCH_DATA_DIR=/var/lib/leakwatch \
    LEAKWATCH_HOST=0.0.0.0 \
    LEAKWATCH_LOG_FORMAT=json
# The only place that is written to: the root file system may be read-only.
VOLUME /var/lib/leakwatch
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["leakwatch"]
CMD ["serve"]
