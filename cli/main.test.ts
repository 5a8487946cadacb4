import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, hasStack, root, startBaton, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const commands = [
  [],
  ['run'],
  ['dev'],
  ['validate'],
  ['plan'],
  ['runs'],
  ['runs', 'list'],
  ['runs', 'get'],
  ['runs', 'watch'],
  ['runs', 'cancel'],
  ['events'],
  ['events', 'publish'],
  ['events', 'tail'],
  ['agents'],
  ['agents', 'list'],
  ['agents', 'get'],
];

describe('the command line', () => {
  it('begins the help of every command with two examples, on stdout', async () => {
    for (const command of commands) {
      const { code, stdout, stderr } = await baton([...command, '--help']);
      assert.equal(code, 0, command.join(' '));
      assert.equal(stderr, '');
      assert.match(stdout, /^Examples:\n {2}\$ \.\/baton .+\n {2}\$ \.\/baton .+\n\nUsage:/);
    }
  });

  it('loads nothing but its arguments for help: commands import their modules when they are called', () => {
    const loaded = new Set<string>();
    const visit = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      // `import type` is erased, `import { type X }` is not.
      for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
        /^import (?!type )[^;]*?from '([^']+)'/gm,
      )) {
        if (from.startsWith('.')) visit(resolve(dirname(file), from));
        else
          assert.ok(
            from.startsWith('node:') || ['commander', 'picocolors'].includes(from),
            `${file} imports ${from}`,
          );
      }
    };
    visit(join(root, 'cli/main.ts'));
    assert.ok(loaded.size > 4);
  });

  it('prints its version', async () => {
    const { code, stdout } = await baton(['--version']);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('takes no arguments for a mistake: usage on stderr, exit 2', async () => {
    const { code, stdout, stderr } = await baton([]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Usage: \.\/baton/);
  });

  it('names the nearest command and option, exit 2', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['rnu'], /unknown command 'rnu'[^]*run/],
      [['runs', 'lits'], /unknown command 'lits'[^]*list/],
      [['validate', 'x.yaml', '--jsn'], /unknown option '--jsn'[^]*--json/],
      [['events', 'tail'], /--topic/],
      [['plan'], /missing required argument/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await baton(args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^error\[USAGE\]: /);
      assert.match(stderr, expected);
      assert.match(stderr, /help: \.\/baton .*--help/);
      assert.equal(hasStack(stderr), false);
    }
  });

  it('ends quietly when its reader goes away', async () => {
    const started = startBaton(['agents', 'get', 'app-designer']);
    started.child.stdout?.destroy();
    const { code, stderr } = await started.ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
  });

  it('refuses an unknown BATON_ variable with the nearest name, exit 4', async () => {
    const env = { BATON_DATADIR: folder.path };
    const { code, stdout, stderr } = await baton(['runs', 'list'], { env });
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(stderr, /CONFIG_UNKNOWN[^]*BATON_DATADIR[^]*BATON_DATA_DIR/);
    assert.equal(hasStack(stderr), false);
  });

  it('shows every problem of the environment at once', async () => {
    const env = { BATON_LOGG: 'x', MONGODB_URI: 'mongodb://localhost', BATON_LOG: 'loud' };
    const { code, stderr } = await baton(['runs', 'list'], { env, dataDir: folder.path });
    assert.equal(code, 4);
    for (const word of ['BATON_LOGG', 'KAFKA_BOOTSTRAP_SERVERS', 'loud'])
      assert.ok(stderr.includes(word), word);
  });

  it('explains a data folder that cannot be used, exit 4, without a stack', async () => {
    const { code, stderr } = await baton(['runs', 'list'], { dataDir: join(root, 'package.json') });
    assert.equal(code, 4);
    assert.match(stderr, /^error\[STORE_[A-Z_]+\]: /);
    assert.equal(hasStack(stderr), false);
  });
});
