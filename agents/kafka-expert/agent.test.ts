import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonObject } from '#core/json.ts';
import { compileSchema } from '#core/workflow/json-schema.ts';
import { scriptedDesign } from '../app-designer/scripted.ts';
import { arbitraryDesign } from '../arbitrary-design.ts';
import { answering, invoke } from '../test-kit.ts';
import { agent } from './agent.ts';
import { layoutProblems, output } from './contract.ts';
import input from './fixtures/parcels.input.json' with { type: 'json' };
import expected from './fixtures/parcels.output.json' with { type: 'json' };
import { layoutOf } from './layout.ts';
import { scriptedLayout } from './scripted.ts';

test('the fixture is what the scripted model gives', async () => {
  assert.deepEqual(await invoke(agent, input), { ok: true, value: expected });
});

test('any consistent design gives one topic for each event, keyed, typed and with its groups', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryDesign, async (design) => {
      // Texts of lone surrogates cannot travel: such a design never reaches the agent.
      fc.pre(JSON.stringify(design).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(design)));
      const result = await invoke(agent, { design });
      assert.ok(result.ok, result.ok ? '' : result.problem.message);
      const { topics } = output.parse(result.value);
      assert.deepEqual(
        topics.map(({ topic }) => topic),
        design.events.map(({ name }) => name),
      );
      for (const [index, topic] of topics.entries()) {
        assert.ok(topic.valueSchema.required.includes(topic.key));
        assert.deepEqual(
          topic.consumerGroups.map(({ service }) => service),
          design.events[index]?.consumers,
        );
        assert.equal(topic.minInsyncReplicas, topic.replicationFactor - 1);
      }
    }),
    { numRuns: 60 },
  );
});

test('a function reads each topic in a group of its own, a container all in one', () => {
  const design = scriptedDesign('A parcel tracking app with live updates');
  const groups = (service: string) =>
    layoutOf(design, scriptedLayout(design)).topics.flatMap(({ topic, consumerGroups }) =>
      consumerGroups.filter((each) => each.service === service).map(({ group }) => [topic, group]),
    );
  assert.deepEqual(groups('tracking-service'), [
    ['parcel.registered', 'tracking-service.parcel.registered'],
    ['delivery.started', 'tracking-service.delivery.started'],
  ]);
  assert.deepEqual([...new Set(groups('live-gateway').map(([, group]) => group))], ['live-gateway']);
});

test('the value schema of a topic takes the event and refuses one without its key', () => {
  const design = scriptedDesign('A parcel tracking app with live updates');
  const [topic] = layoutOf(design, scriptedLayout(design)).topics;
  const schema = compileSchema(topic?.valueSchema as JsonObject);
  assert.ok(schema.ok);
  const event = {
    parcelId: 'p',
    weightGrams: 3,
    destination: 'Oslo',
    occurredAt: '2026-11-22T10:00:00Z',
    later: true,
  };
  assert.deepEqual(schema.value(event), []);
  assert.equal(schema.value({ ...event, weightGrams: 'heavy' }).length, 1);
  const { parcelId: _, ...keyless } = event;
  assert.equal(schema.value(keyless).length, 1);
});

test('money is kept longer than readings, and readings get more partitions', () => {
  const plan = (idea: string, event: string) =>
    scriptedLayout(scriptedDesign(idea)).topics.find((topic) => topic.event === event);
  const payment = plan('An online shop', 'payment.captured');
  const reading = plan('Greenhouse sensors with alerts', 'telemetry.recorded');
  assert.ok(payment && reading);
  assert.ok(payment.retentionHours > reading.retentionHours && reading.partitions > payment.partitions);
  assert.equal(reading.key, 'deviceId');
});

test('a plan that misses, doubles or invents a topic, or keys it wrongly, is not accepted', () => {
  const design = scriptedDesign('An online shop');
  const plan = scriptedLayout(design);
  const [first] = plan.topics;
  assert.ok(first);
  assert.deepEqual(layoutProblems(design, plan), []);
  assert.match(layoutProblems(design, { ...plan, topics: plan.topics.slice(1) }).join(), /has 0 topics/);
  assert.match(layoutProblems(design, { ...plan, topics: [...plan.topics, first] }).join(), /has 2 topics/);
  assert.match(
    layoutProblems(design, { ...plan, topics: [...plan.topics, { ...first, event: 'ghost.seen' }] }).join(),
    /no event of the design/,
  );
  assert.match(
    layoutProblems(design, { ...plan, topics: [{ ...first, key: 'ghost' }] }).join(),
    /keyed by 'ghost'/,
  );
});

test('an answer of another shape never becomes an output', async () => {
  const result = await invoke(agent, input, answering({ topics: 'none' }));
  assert.equal(result.ok ? '' : result.problem.code, 'AGENT_OUTPUT_INVALID');
});
