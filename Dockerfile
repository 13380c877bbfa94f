# syntax=docker/dockerfile:1
#
#   docker build -t oltd .
#   docker run --rm -p 127.0.0.1:8081:8081 --read-only --cap-drop=ALL \
#     -v ./oltd.toml:/etc/oltd/oltd.toml:ro -v oltd-data:/home/nonroot --env-file oltd.env oltd
#
# The image listens on every address of its container, where oltd wants a token:
# without one it says so and ends. All that it writes is in the volume. Alive is
# GET /healthz, to be asked by whatever runs the container: the image holds no
# shell and no curl.

# The toolchain of rust-toolchain.toml, on the Debian of the final image.
FROM rust:1.95.0-slim-bookworm AS build
# For the C of the TLS library.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY crates ./crates
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package oltd \
    && cp target/release/oltd /usr/local/bin/oltd

# glibc, certificates of public authorities, and nothing else. Its user `nonroot` is 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/oltd /usr/local/bin/oltd
COPY oltd.example.toml LICENSE-MIT LICENSE-APACHE /usr/share/doc/oltd/
# oltd.toml is read from here, where there is one.
WORKDIR /etc/oltd
# Before `listen` of a file.
ENV OLTD_LISTEN=0.0.0.0:8081
# Before `data_dir` of a file. The folder around it is the user's own, and so is a new volume there.
ENV OLTD_DATA_DIR=/home/nonroot/data
EXPOSE 8081
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/oltd"]
CMD ["serve"]
