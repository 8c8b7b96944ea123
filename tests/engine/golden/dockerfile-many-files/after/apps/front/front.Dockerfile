FROM oven/bun:1.1.11-alpine AS build
RUN bun run build
FROM caddy:2.8.2
COPY --from=build /app/dist /srv
