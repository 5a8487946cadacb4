import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Command } from 'commander';
import { examplesFor, pathOf } from './command.ts';
import { createOutput } from './output.ts';
import { buildProgram } from './program.ts';
import { baton, hasStack, root, startBaton, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

/** Every command of the tree, the program itself first. */
const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
const program = () => buildProgram(createOutput({}), async () => undefined);

describe('the command line', () => {
  it('has two examples of its own for every command, and says for each argument what it is called', () => {
    const commands = all(program()).filter((command) => command.name() !== 'help');
    assert.ok(commands.length > 30, `${commands.length} commands`);
    for (const command of commands) {
      const path = pathOf(command);
      const examples = examplesFor(command);
      assert.equal(examples.length, 2, path);
      for (const example of examples) assert.ok(example.startsWith(path.split(' ')[0] ?? ''), example);
      assert.ok(command.description().endsWith('.'), path);
    }
  });

  it('begins help with the examples, on stdout, within 80 columns', async () => {
    const pages = await Promise.all(
      [[], ['runs'], ['dlq', 'redrive']].map((command) => baton([...command, '--help'])),
    );
    for (const { code, stdout, stderr } of pages) {
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /^Examples:\n {2}\$ \.\/baton .+\n {2}\$ \.\/baton .+\n\nUsage:/);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
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
            from.startsWith('node:') || ['commander', 'picocolors', '#core/redact.ts'].includes(from),
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
      [['rnu'], /unknown command 'rnu'\nexpected: one of run, dev[^]*did you mean 'run'\?/],
      [['rusn', 'list'], /unknown command 'rusn'[^]*did you mean 'runs'\?/],
      [['runs', 'lits'], /unknown command 'lits'[^]*did you mean 'list'\?/],
      [['validate', 'x.yaml', '--jsn'], /unknown option '--jsn'[^]*did you mean '--json'\?/],
      [
        ['events', 'tail', '--json'],
        /'--topic <topic>' not[^]*\nexpected: \.\/baton events tail --topic <topic>\n/,
      ],
      [
        ['logs', '--step', 'x'],
        /unknown option '--step'\nexpected: one of --follow, [^\n]*--limit, [^\n]*--quiet/,
      ],
      [['runs', 'list', '--limit'], /argument missing\nexpected: a value after it: --limit <n>\n/],
      [['runs', 'get', 'a', 'b'], /too many arguments[^]*\nexpected: \.\/baton runs get <run>\n/],
      [['plan'], /missing required argument[^]*expected: \.\/baton plan <workflow>/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await baton(args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^error\[USAGE\]: /);
      assert.match(stderr, expected);
      assert.match(stderr, /help: .*\.\/baton .*--help/);
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
    const told = stderr.split(/^(?=error)/m);
    assert.equal(told.length, 3, stderr);
    for (const word of ['BATON_LOGG', 'KAFKA_BOOTSTRAP_SERVERS', 'loud']) {
      const [, expected, help] =
        /^error\[CONFIG_\w+\]: .+\nexpected: (.+)\nhelp: (.+)$/.exec(
          told.find((one) => one.includes(word))?.trimEnd() ?? '',
        ) ?? [];
      for (const part of [expected, help]) assert.equal(stderr.split(part ?? '').length, 2, `${part} once`);
    }
  });

  it('explains a data folder that cannot be used, exit 4, without a stack', async () => {
    const { code, stderr } = await baton(['runs', 'list'], { dataDir: join(root, 'package.json') });
    assert.equal(code, 4);
    assert.match(stderr, /^error\[STORE_[A-Z_]+\]: /);
    assert.equal(hasStack(stderr), false);
  });
});
