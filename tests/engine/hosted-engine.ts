/**
 * The real host (invoker, timer, every function of the topology) on an embedded folder of its own, or on Kafka and
 * MongoDB, with agents given as functions. For end-to-end tests and for the bench: nothing is simulated but the agents.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readConfig } from '#adapters/config.ts';
import { type PlatformOptions } from '#adapters/open-platform.ts';
import { type Platform } from '#adapters/platform.ts';
import { systemTimers } from '#adapters/timers.ts';
import { type AgentManifest } from '#core/agent/contract.ts';
import { defineAgent } from '#core/agent/define-agent.ts';
import { decodeEvent, encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type LogConsumer } from '#core/ports.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { createHandler as createAgentHandler } from '#functions/agent/handler.ts';
import { createHandler as createOrchestrator } from '#functions/orchestrator/handler.ts';
import { type FunctionSpec, topologyOf } from '#infra/topology.ts';
import { asLoaded, loadFunction, type LoadFunction } from '#local/load-function.ts';
import { openSession } from '#local/session.ts';

export interface HostedEngineOptions {
  /** YAML; the first one is what `submit` starts unless it is told another name. */
  readonly workflows: readonly string[];
  readonly agents: Readonly<Record<string, (input: Json) => Promise<Json> | Json>>;
  readonly onRedelivery?: 'once' | 'repeat';
  readonly folder?: string;
  /** Settings: where log and store are (embedded without), and where spans go. Topics are used as they are found. */
  readonly services?: Readonly<Record<string, string>>;
  readonly telemetry?: PlatformOptions['telemetry'];
  /** What a function is given in the platform's place, for those who watch its calls. */
  readonly watch?: (platform: Platform, spec: FunctionSpec) => Platform;
}

export type HostedEngine = Awaited<ReturnType<typeof openHostedEngine>>;

export async function openHostedEngine(options: HostedEngineOptions) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'baton-host-'));
  const config = readConfig({ BATON_DATA_DIR: folder, BATON_LOG: 'error', ...options.services });
  if (!config.ok) throw new Error(config.problem.map(({ message }) => message).join('\n'));
  const manifests = Object.keys(options.agents).map((name) =>
    manifestOf(name, options.onRedelivery ?? 'once'),
  );
  const session = await openSession(config.value, {
    host: 'never',
    topology: topologyOf(manifests),
    load: loading(manifests, options),
    ...(options.telemetry && { telemetry: options.telemetry }),
  });
  await session.platform.log.createTopics(session.topology.topics);
  await session.platform.prepareStore();
  const names: string[] = [];
  for (const text of options.workflows) {
    const parsed = parseWorkflow(text);
    if (!parsed.ok)
      throw new Error(parsed.problems.map(({ code, message }) => `${code} ${message}`).join('\n'));
    await session.platform.store.definitions.put(parsed.value, { activate: true });
    names.push(parsed.value.name);
  }
  await session.becomeHost();
  const results = await followOutputs(
    await session.platform.log.consumer({ topic: topics.output, group: `test-${process.pid}-${Date.now()}` }),
  );
  return {
    folder,
    session,
    submit(id: string, input: Json, workflow = names[0] ?? '', traceparent?: string): Promise<BatonEvent> {
      const result = results.wait(id);
      const event: BatonEvent = {
        id,
        source: '/bench',
        type: 'dev.baton.workflow.requested.v1',
        data: { workflow, input },
        ...(traceparent === undefined ? {} : { traceparent }),
      };
      return session.platform.log
        .publish([{ topic: topics.request, key: id, ...encodeEvent(event) }])
        .then(() => result);
    },
    async close(keep = false) {
      await results.stop();
      await session.close();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
    results,
  };
}

const manifestOf = (name: string, onRedelivery: 'once' | 'repeat'): AgentManifest => ({
  name,
  version: '1.0.0',
  description: 'for tests',
  transport: 'kafka',
  owner: 'tests',
  timeoutMs: 60_000,
  onRedelivery,
});

function loading(manifests: readonly AgentManifest[], options: HostedEngineOptions): LoadFunction {
  return async (spec, opened, settings) => {
    const platform = options.watch?.(opened, spec) ?? opened;
    if (spec.kind === 'orchestrator') {
      const handler = createOrchestrator({
        ...platform,
        keys: platform.capabilityKeys(),
        agents: new Map(manifests.map((manifest) => [manifest.name, manifest])),
        storeRetentionMs: settings.storeRetentionMs,
      });
      return asLoaded(handler, spec.entry);
    }
    if (spec.kind !== 'agent') return loadFunction(spec, platform, settings);
    const agents = manifests
      .filter((manifest) => spec.agents.includes(manifest.name))
      .map((manifest) => ({ manifest, agent: agentOf(manifest, options) }))
      .map((one) => ({ ...one, agent: platform.watch?.agent(one.agent) ?? one.agent }));
    const handler = createAgentHandler({
      ...platform,
      invocations: platform.store.invocations,
      blobs: platform.store.blobs,
      timers: systemTimers,
      partialResponses: settings.partialResponses,
      agents,
    });
    return asLoaded(handler, spec.entry);
  };
}

const agentOf = ({ name, version, description }: AgentManifest, options: HostedEngineOptions) =>
  defineAgent<unknown, unknown>({
    name,
    version,
    description,
    input: z.unknown(),
    output: z.unknown(),
    run: async (input) => options.agents[name]?.(input as Json) ?? null,
  });

/** Results by run id: outputs name the run, and the request that started it is found by its derived id. */
async function followOutputs(consumer: LogConsumer) {
  const waiting = new Map<string, (event: BatonEvent) => void>();
  const stopping = new AbortController();
  const seen: BatonEvent[] = [];
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const records = await consumer.poll({ maxRecords: 1000, maxWaitMs: 1000, signal: stopping.signal });
      for (const record of records) {
        const decoded = decodeEvent(record);
        if (!decoded.ok) continue;
        seen.push(decoded.value);
        const runId = decoded.value.runid ?? '';
        waiting.get(runId)?.(decoded.value);
        waiting.delete(runId);
      }
    }
  })();
  return {
    seen,
    wait(id: string): Promise<BatonEvent> {
      const runId = runIdOf({ tenant: 'default', source: '/bench', id });
      return new Promise((resolve) => waiting.set(runId, resolve));
    },
    async stop() {
      stopping.abort();
      await loop;
      await consumer.close();
    },
  };
}
