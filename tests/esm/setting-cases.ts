/** What a mapping may ask for: anything else is refused before a record is read. */
import assert from 'node:assert/strict';
import { manifests } from '#agents/manifests.ts';
import { InfrastructureError } from '#core/failure.ts';
import { topologyOf } from '#infra/topology.ts';
import { refuseMappings } from '#local/mapping-limits.ts';
import { type AwsPage } from './aws-pages.ts';
import { type EsmCase } from './esm-case.ts';
import { type FeedOptions } from './feed.ts';

const refused = (
  rule: string,
  page: AwsPage,
  what: string,
  settings: readonly FeedOptions[],
  named: RegExp,
): EsmCase => ({
  rule,
  page,
  name: `${what} is refused`,
  run: async (world) => {
    const topic = await world.topicWith(1);
    await world.write(topic, 0, 'a');
    for (const options of settings)
      await assert.rejects(world.feed(topic, options), (error: unknown) => {
        assert.ok(error instanceof InfrastructureError, String(error));
        assert.match(error.message, named);
        assert.match(error.message, /expected .*\. (?:Change|Set|Give) /);
        return true;
      });
  },
});

const onDemand = { pollers: 'on-demand', partialResponses: false } as const;

export const settingCases: readonly EsmCase[] = [
  refused(
    'provisioned pollers only',
    'errors',
    'a partial response asked of on-demand pollers, which would ignore it,',
    [{ ...onDemand, partialResponses: true }],
    /partialResponses true with on-demand pollers/,
  ),
  refused(
    'provisioned pollers only',
    'errors',
    'a cap on retries asked of on-demand pollers',
    [{ ...onDemand, maximumRetryAttempts: 0 }],
    /maximumRetryAttempts 0 with on-demand pollers/,
  ),
  refused(
    'provisioned pollers only',
    'errors',
    'a record age asked of on-demand pollers',
    [{ ...onDemand, maximumRecordAgeSeconds: 60 }],
    /maximumRecordAgeSeconds 60 with on-demand pollers/,
  ),
  {
    rule: 'provisioned pollers only',
    page: 'scaling',
    name: 'on-demand pollers bring a whole batch again for ever',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { ...onDemand, batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      for (let index = 0; index < 20; index += 1) {
        await (await feed.call(index)).fail(new Error('bug'));
        await world.time.advance(5_000);
      }
      await (await feed.call(20)).answer(null);
      await world.untilCommitted(feed, 1);
    },
  },
  refused(
    'bounds of settings',
    'mapping',
    'a batch size outside of 1 to 10,000',
    [{ batchSize: 0 }, { batchSize: 10_001 }, { batchSize: 1.5 }],
    /batchSize is/,
  ),
  refused(
    'bounds of settings',
    'mapping',
    'a batch window that is no whole number of seconds up to 300',
    [{ batchWindowMs: 250 }, { batchWindowMs: 301_000 }, { batchWindowMs: -1_000 }],
    /batchWindowMs is/,
  ),
  refused(
    'bounds of settings',
    'mapping',
    'a number of retries outside of -1 to 10,000',
    [{ maximumRetryAttempts: -2 }, { maximumRetryAttempts: 10_001 }],
    /maximumRetryAttempts is/,
  ),
  refused(
    'bounds of settings',
    'mapping',
    'a record age outside of 60 to 604,800 seconds',
    [{ maximumRecordAgeSeconds: 59 }, { maximumRecordAgeSeconds: 604_801 }, { maximumRecordAgeSeconds: 0 }],
    /maximumRecordAgeSeconds is/,
  ),
  refused(
    'function timeout',
    'configure',
    'a function that may take more than 14 minutes',
    [{ timeoutMs: 14 * 60_000 + 1 }],
    /timeoutMs is 840001; expected at most 840000/,
  ),
  {
    rule: 'a group for each mapping',
    page: 'groups',
    name: 'two mappings of one group are refused',
    run: async () => {
      const { functions } = topologyOf(manifests);
      assert.throws(() => refuseMappings([...functions, ...functions]), {
        name: 'InfrastructureError',
        message:
          /group baton\.orchestrator\.request is used by the mappings of workflow\.request and workflow\.request/,
      });
    },
  },
  {
    rule: 'bounds of settings',
    page: 'mapping',
    name: 'the mappings of this repository are within them, with either kind of pollers',
    run: async () => {
      for (const pollers of ['provisioned', 'on-demand'] as const) {
        const { functions } = topologyOf(manifests, { pollers });
        assert.ok(functions.flatMap((spec) => spec.mappings).length > 3);
        refuseMappings(functions);
      }
    },
  },
];
