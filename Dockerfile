# The framework: `baton <command>`, as `baton worker orchestrator timer` or `baton setup`.
# Build: docker build -t baton:local .
# Same sources, same lockfile, same base: same content. There is no build step: Node runs the sources.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What Node does not read stays out: types, source maps, and the Node that npm would bring beside the image's own.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund --cache /tmp/npm \
  && rm -rf /tmp/npm \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/compile \
    BATON_DATA_DIR=/home/node/.baton
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
# `baton` installs where the lockfile is newer than what is installed; here it never is.
RUN rm package-lock.json .npmrc
USER node
ENTRYPOINT ["/app/baton"]
CMD ["--help"]
