/** Jaeger 2.13.0: `cmd/jaeger` of module v1.76.0. Storage in memory, loopback only. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { freePorts, startServer } from './server.mjs';

const version = '2.13.0';

export const jaeger = {
  name: 'jaeger',
  obtain: () =>
    goBuild({
      name: 'jaeger',
      version,
      package: 'github.com/jaegertracing/jaeger/cmd/jaeger',
      ldflags: [`-X github.com/jaegertracing/jaeger/internal/version.latestVersion=v${version}`],
    }),
  async start(folder) {
    const binary = await this.obtain();
    const [query, queryGrpc, otlp, health] = await freePorts(4);
    const config = path.join(folder, 'jaeger.json');
    const local = (port) => ({ endpoint: `127.0.0.1:${port}` });
    // The collector reads YAML, of which JSON is a part.
    await writeFile(
      config,
      JSON.stringify({
        service: {
          extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
          pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
          telemetry: { metrics: { level: 'none' } },
        },
        extensions: {
          healthcheckv2: { use_v2: true, http: local(health) },
          jaeger_storage: { backends: { memory: { memory: { max_traces: 10_000 } } } },
          jaeger_query: {
            // Its own spans would be a service beside those of the tests.
            enable_tracing: false,
            storage: { traces: 'memory' },
            http: local(query),
            grpc: local(queryGrpc),
          },
        },
        receivers: { otlp: { protocols: { http: local(otlp) } } },
        exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
      }),
    );
    const server = await startServer({
      name: 'jaeger',
      command: binary,
      args: [`--config=${config}`],
      ready: `http://127.0.0.1:${health}/status`,
      folder,
    });
    return {
      env: {
        PRODLENS_TEST_JAEGER: `http://127.0.0.1:${query}`,
        PRODLENS_TEST_JAEGER_OTLP: `http://127.0.0.1:${otlp}`,
      },
      ...server,
    };
  },
};
