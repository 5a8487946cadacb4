/** Jaeger, all in one process with its spans in memory, built from its sources. */
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { portOf, type Service } from './service.ts';
import { type Ports } from './state.ts';
import { perform, tools } from './tools.ts';

const recipe = ['go.mod', 'go.sum', 'program.go'].map((file) => join(import.meta.dirname, 'jaeger', file));
const host = '127.0.0.1';
const at = (ports: Ports, name: string): string => `${host}:${portOf(ports, name)}`;

export const jaeger: Service = {
  name: 'jaeger',
  title: 'Jaeger 1.62.0 (its first build takes minutes)',
  recipe,
  buildTools: [tools.go],
  runTools: [],
  ports: [
    ...['query', 'queryGrpc', 'otlpHttp', 'otlpGrpc', 'agentBinary', 'agentCompact', 'agentHttp'],
    // Nobody sends to it, but two Jaegers on one machine must not both want its usual port.
    'agentZipkin',
    ...['collectorHttp', 'collectorGrpc', 'admin'],
  ],

  async install(into, log) {
    for (const file of recipe) copyFileSync(file, join(into, basename(file)));
    await perform({
      command: 'go',
      args: ['build', '-ldflags=-s -w', '-o', 'jaeger-all-in-one', program],
      cwd: into,
      env: { CGO_ENABLED: '0', GOWORK: 'off' },
      log,
    });
  },

  async prepare({ installed, data, ports }) {
    const listens: Readonly<Record<string, string>> = {
      'query.http-server.host-port': 'query',
      'query.grpc-server.host-port': 'queryGrpc',
      'collector.otlp.http.host-port': 'otlpHttp',
      'collector.otlp.grpc.host-port': 'otlpGrpc',
      'processor.jaeger-binary.server-host-port': 'agentBinary',
      'processor.jaeger-compact.server-host-port': 'agentCompact',
      'processor.zipkin-compact.server-host-port': 'agentZipkin',
      'http-server.host-port': 'agentHttp',
      'collector.http-server.host-port': 'collectorHttp',
      'collector.grpc-server.host-port': 'collectorGrpc',
      'admin.http.host-port': 'admin',
    };
    const args = Object.entries(listens).map(([option, name]) => `--${option}=${at(ports, name)}`);
    return {
      command: join(installed, 'jaeger-all-in-one'),
      args: ['--collector.otlp.enabled=true', '--memory.max-traces=50000', ...args],
      cwd: data,
    };
  },

  /** The health check speaks for the collector; the query API is what tests ask. */
  async ask(ports) {
    for (const url of [`http://${at(ports, 'admin')}/`, `http://${at(ports, 'query')}/api/services`]) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
      await answer.arrayBuffer();
    }
  },

  /** The Jaeger exporter of Node.js writes binary Thrift, which an agent takes at its second UDP port alone. */
  env: (ports) => ({
    JAEGER_HOST: host,
    JAEGER_PORT: String(portOf(ports, 'agentBinary')),
    JAEGER_QUERY_URL: `http://${at(ports, 'query')}`,
    BATON_TRACE_URL: `http://${at(ports, 'query')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${at(ports, 'otlpHttp')}`,
  }),
};

const program = 'github.com/jaegertracing/jaeger/cmd/all-in-one';
