# The container image of gate. ./release first: it makes the root file systems
# that this unpacks, with the program, the root certificates and the directories
# that gate needs.
#
# There is no stage that compiles. A builder image would be one more thing to
# trust, to pin and to keep pinned; ./release makes the same program, byte for
# byte, on any machine with that version of Go. scratch is not an image but none,
# so there is nothing to pin here. tools/image builds the same without Docker.
FROM scratch

ARG TARGETARCH
ADD dist/rootfs_linux_${TARGETARCH}.tar /

ARG VERSION
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="gate" \
      org.opencontainers.image.description="Judges npm lockfiles before anything is installed from them" \
      org.opencontainers.image.url="https://github.com/install-gate/gate" \
      org.opencontainers.image.documentation="https://github.com/install-gate/gate/blob/main/docs/install.md" \
      org.opencontainers.image.source="https://github.com/install-gate/gate" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

ENV XDG_CACHE_HOME=/cache
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/gate"]
CMD ["check"]
