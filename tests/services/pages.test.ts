/** The page on Kafka and MongoDB, done as it says, against a Kafka and a MongoDB of its own: it uses the real topics. */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { runMarkdown } from '#tests/docs/run-markdown.ts';
import { kafka } from '../../scripts/services/kafka.ts';
import { mongo } from '../../scripts/services/mongo.ts';
import { startServices } from '../../scripts/services/start.ts';
import { readState } from '../../scripts/services/state.ts';
import { stopService } from '../../scripts/services/stop.ts';
import { requireTools, tools } from '../../scripts/services/tools.ts';

const folder = join(import.meta.dirname, '..', '..', '.cache', 'services');
const home = mkdtempSync(join(tmpdir(), 'baton-page-'));
const say = (): void => undefined;
const options = {
  folder,
  home,
  stateFile: join(home, 'state.json'),
  say,
  keep: false,
  readyWithinMs: 90_000,
};

before(async () => {
  requireTools([tools.kcat, tools.java], 'the page on Kafka and MongoDB');
  await startServices([kafka, mongo], options);
});
after(async () => {
  for (const name of ['kafka', 'mongo'] as const) await stopService(name, options);
  rmSync(home, { recursive: true });
});

it('moves to Kafka and MongoDB, and starts runs from any Kafka client', async () => {
  const state = readState(options.stateFile);
  const [jars = ''] = globSync('kafka-*/libs', { cwd: folder });
  await runMarkdown('docs/how-to/run-on-kafka-and-mongodb.md', {
    env: {
      ...kafka.env(state.kafka?.ports ?? {}),
      ...mongo.env(state.mongo?.ports ?? {}),
      CLASSPATH: join(folder, jars, '*'),
    },
  });
});
