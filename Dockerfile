# A small image with polreach, for pipelines: docker build -t polreach .
#   docker run --rm -v "$PWD:/work:ro" polreach audit manifests/
FROM debian:12-slim AS build
WORKDIR /src
COPY scripts scripts
RUN scripts/install-deps.sh && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release -DBUILD_TESTING=OFF \
 && cmake --build --preset release --parallel "$(nproc)" \
 && DESTDIR=/out cmake --install build/release --prefix /usr/local --strip \
 && install -D integrations/ci-check.sh /out/usr/local/bin/polreach-ci-check

FROM debian:12-slim
# What the program is linked with; scripts/check-packaging.py holds the list against the binary.
RUN apt-get update && apt-get install --yes --no-install-recommends \
      libboost-filesystem1.74.0 libboost-program-options1.74.0 libedit2 libfmt9 libgit2-1.5 \
      libmimalloc2.0 libsimdjson14 libxxhash0 libyaml-cpp0.7 libz3-4 \
 && rm -rf /var/lib/apt/lists/* \
# The mounted repository belongs to somebody else; it is only read.
 && printf '[safe]\n\tdirectory = *\n' >/etc/gitconfig
COPY --from=build /out/ /
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["polreach"]
CMD ["help"]
