# A Python on glibc: confluent-kafka has no wheel for musl.
ARG BASE_IMAGE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all: PIP_ROOT_USER_ACTION=ignore
# pip and the build's own tools stay in this stage: the final environment has neither.
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/bluecore-consumer
COPY requirements.lock requirements-build.lock /src/
RUN /opt/build/bin/pip install --require-hashes -r /src/requirements-build.lock \
    && /opt/build/bin/pip --python /opt/bluecore-consumer/bin/python3 install --require-hashes -r /src/requirements.lock
COPY pyproject.toml README.md /src/
COPY schemas /src/schemas
COPY consumer /src/consumer
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /src/wheel /src \
    && /opt/build/bin/pip --python /opt/bluecore-consumer/bin/python3 install --no-deps /src/wheel/*.whl \
    && /opt/bluecore-consumer/bin/python3 -m compileall -q /opt/bluecore-consumer/lib

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bluecore-consumer" \
      org.opencontainers.image.description="Streams a retailer's Kafka topics to the Bluecore Events API" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/bluecore-consumer /opt/bluecore-consumer
ENV PATH=/opt/bluecore-consumer/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number: `runAsNonRoot` cannot be checked of a name.
USER 10001:10001
WORKDIR /etc/bluecore-consumer
EXPOSE 8000
ENTRYPOINT ["/opt/bluecore-consumer/bin/bluecore-consumer"]
CMD ["run", "--config", "/etc/bluecore-consumer/config.yaml"]
