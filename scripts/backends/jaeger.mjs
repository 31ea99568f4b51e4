/**
 * Jaeger 2.13.0: `cmd/jaeger` of module v1.76.0, built from the Go module proxy with the sums of jaeger/go.sum. Needs Go; the first build
 * takes five to ten minutes of two cores, the next none. Storage in memory, loopback only.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { freePort, obtain, startServer } from './server.mjs';

const version = '2.13.0';

export const jaeger = {
  name: 'jaeger',
  async start(folder) {
    const binary = await obtain(
      `jaeger-${version}`,
      `building Jaeger ${version} (the first time: several minutes) …`,
      (unfinished) => ({
        command: 'go',
        args: [
          'build',
          '-trimpath',
          '-ldflags',
          `-s -w -X github.com/jaegertracing/jaeger/internal/version.latestVersion=v${version}`,
          '-o',
          unfinished,
          'github.com/jaegertracing/jaeger/cmd/jaeger',
        ],
        cwd: path.join(import.meta.dirname, 'jaeger'),
        env: { CGO_ENABLED: '0' },
      }),
    );
    const [query, queryGrpc, otlp, health] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
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
    const { stop } = await startServer({
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
      stop,
    };
  },
};
