import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { InMemorySpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { readConfig } from '#adapters/config.ts';
import { type LogFields, type Logger } from '#core/ports.ts';
import { fitting, jaegerPortFor } from './jaeger-agent.ts';
import { withExporter } from './open-telemetry.ts';
import { noTelemetry, startTelemetry } from './telemetry.ts';

function collecting() {
  const lines: { readonly level: string; readonly fields: LogFields; readonly message: string }[] = [];
  const at = (level: string) => (fields: LogFields, message: string) =>
    void lines.push({ level, fields, message });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return { lines, logger };
}

const telemetryConfig = (env: Record<string, string>) => {
  const config = readConfig(env);
  assert.ok(config.ok);
  return config.value.telemetry;
};

const asked = { serviceName: 'baton', standard: {} };
const traceId = (n: number): string => n.toString(16).padStart(32, '0');

/** Starts and ends so many traces of one span each. */
function makeSpans(telemetry: ReturnType<typeof withExporter>, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const event = { id: `e${n}`, source: '/t', type: 't' };
    const started = telemetry.tracing?.start(event, traceId(n) as never);
    started?.sent();
  }
}

describe('telemetry', () => {
  it('is off where nothing is configured, or where it is switched off', async () => {
    const { lines, logger } = collecting();
    const off = [
      {},
      { OTEL_SERVICE_NAME: 'shop' },
      { OTEL_TRACES_EXPORTER: 'none', JAEGER_HOST: 'jaeger' },
      { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
    ];
    for (const env of off)
      assert.equal(await startTelemetry(telemetryConfig(env), logger), noTelemetry, JSON.stringify(env));
    assert.deepEqual(lines, []);
  });

  it('loads nothing of the SDK where nothing is configured', () => {
    const program = `
      import { openPlatform } from '#adapters/open-platform.ts';
      import { readConfig } from '#adapters/config.ts';
      import { createRequire } from 'node:module';
      import { mkdtempSync } from 'node:fs';
      const folder = mkdtempSync(process.env.TMPDIR + '/baton-');
      const platform = await openPlatform(readConfig({ BATON_DATA_DIR: folder }).value);
      await platform.close();
      console.log(Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('opentelemetry')).length);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: process.env['TMPDIR'] ?? '/tmp' },
    });
    assert.equal(stdout.trim(), '0', stderr);
  });

  it('sends spans with the name of the service to the OTLP endpoint', async () => {
    const bodies: Buffer[] = [];
    const server = createServer((request, response) => {
      assert.equal(request.url, '/v1/traces');
      request.on('data', (bytes: Buffer) => bodies.push(bytes));
      request.on('end', () => response.end());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const endpoint = `http://127.0.0.1:${address.port}`;
    const { lines, logger } = collecting();
    // The exporter reads its standard variables itself.
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
    try {
      const telemetry = await startTelemetry(
        telemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: 'shop' }),
        logger,
      );
      makeSpans(telemetry, 3);
      await telemetry.shutdown();
      assert.equal(telemetry.dropped(), 0);
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
    assert.ok(Buffer.concat(bodies).includes('shop'));
    assert.deepEqual(lines, []);
  });

  it('takes the name of the service from the resource where it is named there alone', async () => {
    const nameBy = async (env: Record<string, string>): Promise<unknown> => {
      const exporter = new InMemorySpanExporter();
      const kept: unknown[] = [];
      const keeping: SpanExporter = {
        export: (spans, done) => {
          for (const { resource } of spans) kept.push(resource.attributes['service.name']);
          exporter.export(spans, done);
        },
        shutdown: () => exporter.shutdown(),
      };
      Object.assign(process.env, env); // The SDK's detector reads it itself.
      try {
        const telemetry = withExporter(telemetryConfig(env), collecting().logger, keeping);
        makeSpans(telemetry, 1);
        await telemetry.shutdown();
      } finally {
        for (const name of Object.keys(env)) delete process.env[name];
      }
      return kept[0];
    };
    const among = 'service.name=shop,service.version=2';
    assert.equal(await nameBy({}), 'baton');
    assert.equal(await nameBy({ OTEL_RESOURCE_ATTRIBUTES: among }), 'shop');
    assert.equal(await nameBy({ OTEL_RESOURCE_ATTRIBUTES: among, OTEL_SERVICE_NAME: 'own' }), 'own');
  });

  it('names the target that was tried, where OTLP is asked for beside a Jaeger agent', async () => {
    const { lines, logger } = collecting();
    const refusing: SpanExporter = {
      export: (_spans, done) => done({ code: 1, error: new Error('no route') }),
      shutdown: () => Promise.resolve(),
    };
    const env = { JAEGER_HOST: 'jaeger', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    for (const more of [{}, { OTEL_TRACES_EXPORTER: 'otlp' }]) {
      const telemetry = withExporter(telemetryConfig({ ...env, ...more }), logger, refusing);
      makeSpans(telemetry, 1);
      await telemetry.flush(5_000);
      await telemetry.shutdown();
    }
    const targets = new Set(lines.map(({ fields }) => fields['target']));
    assert.deepEqual([...targets], ['jaeger:6832', 'http://collector:4318']);
  });

  it('says once that spans cannot be sent, and counts all of them', async () => {
    const { lines, logger } = collecting();
    const refusing: SpanExporter = {
      export: (_spans, done) => done({ code: 1, error: new Error('no route') }),
      shutdown: () => Promise.resolve(),
    };
    const telemetry = withExporter(asked, logger, refusing);
    for (let round = 0; round < 3; round += 1) {
      makeSpans(telemetry, 2);
      await telemetry.flush(5_000);
    }
    await telemetry.shutdown();
    await telemetry.shutdown();
    assert.equal(telemetry.dropped(), 6);
    const said = lines.map(({ level, fields }) => [level, fields['reason'] ?? fields['dropped']]);
    assert.deepEqual(said, [
      ['warn', 'no route'],
      ['warn', 6],
    ]);
  });

  it('drops what the bounded queue has no room for, and waits for nobody', async () => {
    const { lines, logger } = collecting();
    const never: SpanExporter = { export: () => undefined, shutdown: () => Promise.resolve() };
    const telemetry = withExporter({ ...asked, standard: { OTEL_BSP_MAX_QUEUE_SIZE: '10' } }, logger, never);
    makeSpans(telemetry, 25);
    await telemetry.flush(1);
    assert.equal(telemetry.dropped(), 15);
    await telemetry.shutdown();
    assert.equal(telemetry.dropped(), 25, 'what did not leave is lost, and counted');
    assert.equal(lines.filter(({ message }) => message.startsWith('spans could not be sent')).length, 1);
  });

  it('sends by itself, as often as is asked for', async () => {
    const exporter = new InMemorySpanExporter();
    const often = { ...asked, standard: { OTEL_BSP_SCHEDULE_DELAY: '1' } };
    makeSpans(withExporter(often, collecting().logger, exporter), 1);
    const deadline = Date.now() + 4_000;
    while (exporter.getFinishedSpans().length === 0) {
      assert.ok(Date.now() < deadline, 'it was not sent before the usual five seconds were over');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });

  it('begins a run where the sender is, and leaves the context that an event brought as it is', async () => {
    const exporter = new InMemorySpanExporter();
    const telemetry = withExporter(asked, collecting().logger, exporter);
    const event = { id: 'e', source: '/t', type: 't', traceparent: `00-${traceId(1)}-${'1'.repeat(16)}-01` };
    assert.equal(telemetry.tracing?.start(event, 'r' as never).event, event);
    await telemetry.flush(5_000);
    assert.deepEqual(exporter.getFinishedSpans(), []);
  });
});

describe('the Jaeger agent', () => {
  it('is never sent to where it takes compact Thrift, and it is said what was done', async () => {
    assert.deepEqual([6831, 6832, 16832].map(jaegerPortFor), [6832, 6832, 16832]);
    const { lines, logger } = collecting();
    const config = telemetryConfig({ JAEGER_HOST: '127.0.0.1', JAEGER_PORT: '6831' });
    await (await startTelemetry(config, logger)).shutdown();
    assert.deepEqual(
      lines.map(({ fields }) => fields),
      [{ host: '127.0.0.1', asked: 6831, used: 6832 }],
    );
  });

  it('is reached at an address of IPv6, with brackets or without', async (context) => {
    const agent = createSocket('udp6');
    context.after(() => agent.close());
    agent.bind(0, '::1');
    await once(agent, 'listening');
    for (const host of ['::1', '[::1]']) {
      const packet = once(agent, 'message');
      const config = telemetryConfig({ JAEGER_HOST: host, JAEGER_PORT: String(agent.address().port) });
      assert.equal(config.queryUrl, 'http://[::1]:16686');
      const telemetry = await startTelemetry(config, collecting().logger);
      makeSpans(telemetry, 1);
      await telemetry.shutdown();
      assert.equal(telemetry.dropped(), 0);
      await packet;
    }
  });

  it('gets a span that fits into a packet, however long its texts', () => {
    const short = { attributes: { step: 'one' } } as unknown as ReadableSpan;
    assert.equal(fitting(short), short);
    const long = { name: 'x', attributes: { text: 'a'.repeat(70_000), n: 7 } } as unknown as ReadableSpan;
    const cut = fitting(long);
    assert.equal(cut.name, 'x');
    assert.equal(cut.attributes['n'], 7);
    assert.match(String(cut.attributes['text']), /^a{256}… \(cut, 70000 characters\)$/);
  });
});
