FROM oven/bun:1.1.10-alpine AS build
RUN bun run build
FROM caddy:2.8.1
COPY --from=build /app/dist /srv
