# A Python on glibc: confluent-kafka has no wheel for musl. The newest for which every package has a wheel: 3.14 costs
# an event less than 3.11 to 3.13 do.
ARG BASE_IMAGE=docker.io/library/python:3.14-slim-bookworm
# `sha256:…`: the very base that was looked at, whatever its tag means by then.
ARG BASE_DIGEST=

FROM ${BASE_IMAGE}${BASE_DIGEST:+@}${BASE_DIGEST} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all: PIP_ROOT_USER_ACTION=ignore
# pip, the build's own tools and those of the bill of materials stay in this stage: the final environment has none.
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/sbom \
    && python3 -m venv --without-pip /opt/bluecore-consumer
# `aws`, `azure`, `google`, `encryption`, or some with spaces between: what the identities of clouds and their schema
# registries take, and what decrypts fields.
ARG EXTRAS=
COPY requirements.lock requirements-aws.lock requirements-azure.lock requirements-encryption.lock /src/
COPY requirements-google.lock /src/
COPY requirements-build.lock requirements-sbom.lock /src/
RUN /opt/build/bin/pip install --require-hashes -r /src/requirements-build.lock \
    && /opt/build/bin/pip --python /opt/sbom/bin/python3 install --require-hashes -r /src/requirements-sbom.lock \
    && /opt/build/bin/pip --python /opt/bluecore-consumer/bin/python3 install --require-hashes -r /src/requirements.lock \
    && for extra in ${EXTRAS}; do \
        /opt/build/bin/pip --python /opt/bluecore-consumer/bin/python3 install --require-hashes \
            -r "/src/requirements-${extra}.lock" || exit 1; \
    done
# What compiles the modules that every event goes through. On another Debian it has other versions; `*` takes any. An
# empty GCC: all is interpreted.
ARG GCC=4:12.*
ARG LIBC=2.36-*
RUN [ -z "${GCC}" ] || { apt-get update \
    && apt-get install --yes --no-install-recommends "gcc=${GCC}" "libc6-dev=${LIBC}" \
    && rm -rf /var/lib/apt/lists/*; }
COPY pyproject.toml README.md hatch_build.py /src/
COPY schemas /src/schemas
COPY consumer /src/consumer
RUN HATCH_BUILD_HOOK_ENABLE_CUSTOM="${GCC:+true}" \
    /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /src/wheel /src \
    && /opt/build/bin/pip --python /opt/bluecore-consumer/bin/python3 install --no-deps /src/wheel/*.whl \
    && /opt/bluecore-consumer/bin/python3 -m compileall -q /opt/bluecore-consumer/lib \
    && mkdir /opt/share \
    && /opt/sbom/bin/cyclonedx-py environment --pyproject /src/pyproject.toml --output-reproducible --output-format JSON \
        --output-file /opt/share/bluecore-consumer.cdx.json /opt/bluecore-consumer/bin/python3

FROM ${BASE_IMAGE}${BASE_DIGEST:+@}${BASE_DIGEST}
ARG BASE_IMAGE
ARG BASE_DIGEST
ARG REVISION=unknown
# In the form of RFC 3339, such as 2026-01-31T12:00:00Z.
ARG CREATED=
LABEL org.opencontainers.image.title="bluecore-consumer" \
      org.opencontainers.image.description="Streams a retailer's Kafka topics to the Bluecore Events API" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}"
# Python's own images bring a pip: nothing is to be installed here any more.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/ensurepip /usr/local/lib/python3*/site-packages/pip*
COPY --from=build /opt/bluecore-consumer /opt/bluecore-consumer
# Scanners look for the name's end.
COPY --from=build /opt/share/bluecore-consumer.cdx.json /usr/share/sbom/bluecore-consumer.cdx.json
ENV PATH=/opt/bluecore-consumer/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number: `runAsNonRoot` cannot be checked of a name.
USER 10001:10001
WORKDIR /etc/bluecore-consumer
EXPOSE 8000
ENTRYPOINT ["/opt/bluecore-consumer/bin/bluecore-consumer"]
CMD ["run", "--config", "/etc/bluecore-consumer/config.yaml"]
