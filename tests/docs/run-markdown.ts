/**
 * Does what a Markdown page says, as its reader would: in a copy of the repository, in the order of the page.
 * R1. The clone the test runs in is never changed: files are written, and commands run, in a temporary folder.
 * R2. What the person who runs the tests has set does not reach the commands; what the test gives does.
 * R3. A page on which nothing was run fails.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env as surroundings } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { assertNever } from '#core/assert-never.ts';
import { beginsWith, mismatch } from './match-output.ts';
import { applyChange, type Deed, readPage } from './read-page.ts';

const root = join(import.meta.dirname, '..', '..');
const patienceMs = 120_000;

export interface Options {
  /** Over the environment of every command, and over what the page exports under the same name. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Workplace {
  readonly page: string;
  readonly folder: string;
  readonly env: Record<string, string | undefined>;
  readonly given: Readonly<Record<string, string>>;
  readonly background: Running[];
}

interface Running {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

type Command = Extract<Deed, { readonly type: 'command' }>;

/** Runs a page, given from the root of the repository; says on stdout how much of it. */
export async function runMarkdown(page: string, { env: given = {} }: Options = {}): Promise<void> {
  const deeds = readPage(readFileSync(join(root, page), 'utf8'));
  const count = (type: Deed['type']) => deeds.filter((deed) => deed.type === type).length;
  assert.ok(count('command') > 0, `${page}: no command was found; expected blocks of sh`);
  const folder = copyOfRepository();
  const place: Workplace = { page, folder, env: { ...surroundingsOf(), ...given }, given, background: [] };
  try {
    for (const deed of deeds) await perform(deed, place);
  } finally {
    await endAll(place);
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    `${page}: ${count('command')} blocks of commands run, ${count('skipped')} not run, ` +
      `${count('write') + count('change')} files written or changed\n`,
  );
}

async function perform(deed: Deed, place: Workplace): Promise<void> {
  switch (deed.type) {
    case 'write': {
      const file = join(place.folder, deed.path);
      mkdirSync(dirname(file), { recursive: true });
      return writeFileSync(file, deed.text);
    }
    case 'change': {
      const file = join(place.folder, deed.path);
      return writeFileSync(file, applyChange(readFileSync(file, 'utf8'), deed.text));
    }
    case 'command':
      return exported(deed, place)
        ? undefined
        : deed.background
          ? startCommand(deed, place)
          : runCommand(deed, place);
    case 'skipped':
      return;
    default:
      assertNever(deed);
  }
}

/** `export NAME=value` holds for the rest of the page, as in the reader's shell; what the test gives goes first. */
function exported({ text }: Command, { env, given }: Workplace): boolean {
  const lines = text.split('\n').filter((line) => line !== '');
  const settings = lines.map((line) => /^export ([A-Z_]+)=([^\s$`'"]+)(?: +#.*)?$/.exec(line));
  if (settings.some((setting) => setting === null)) return false;
  for (const setting of settings) {
    const [, name = '', value = ''] = setting ?? [];
    env[name] = given[name] ?? value;
  }
  return true;
}

async function runCommand(deed: Command, place: Workplace): Promise<void> {
  const running = start(deed, place);
  const deadline = setTimeout(() => kill(running.child, 'SIGKILL'), patienceMs);
  const code = await running.ended;
  clearTimeout(deadline);
  const where = `${place.page}:${deed.line}\n$ ${deed.text.trimEnd()}\n`;
  assert.equal(
    code,
    deed.exit,
    `${where}ended with ${String(code)}, expected ${deed.exit}\n${running.printed()}`,
  );
  if (deed.prints === undefined) return;
  const wrong = mismatch(deed.prints, running.printed());
  if (wrong !== undefined) assert.fail(`${where}${wrong}`);
}

async function startCommand(deed: Command, place: Workplace): Promise<void> {
  const running = start(deed, place);
  place.background.push(running);
  const deadline = Date.now() + patienceMs;
  while (!beginsWith(deed.prints ?? '', running.printed())) {
    assert.equal(
      running.child.exitCode,
      null,
      `${place.page}:${deed.line} ended early\n${running.printed()}`,
    );
    assert.ok(Date.now() < deadline, `${place.page}:${deed.line} did not print it\n${running.printed()}`);
    await pause(25);
  }
}

/** In a process group of its own, so that nothing it starts outlives it. */
function start({ text }: Command, { folder, env }: Workplace): Running {
  const child = spawn('sh', ['-euc', `exec 2>&1\n${text}`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  return { child, printed: () => printed, ended };
}

/** What runs in the background ends as with Ctrl-C; what does not within the deadline is killed, and fails the page. */
async function endAll({ background, page }: Workplace): Promise<void> {
  for (const { child, ended, printed } of background) {
    if (child.exitCode !== null) continue;
    kill(child, 'SIGINT');
    const deadline = setTimeout(() => kill(child, 'SIGKILL'), patienceMs);
    await ended;
    clearTimeout(deadline);
    assert.notEqual(child.signalCode, 'SIGKILL', `${page}: a command did not end with Ctrl-C\n${printed()}`);
  }
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** The files git knows or would know, as they are on disk; packages are those of the clone. */
function copyOfRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-page-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(root, name))))
    cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Older than what is installed: a new lockfile would have the packages installed again, into the clone.
  utimesSync(join(folder, 'package-lock.json'), 0, 0);
  return folder;
}

function surroundingsOf(): Record<string, string | undefined> {
  const foreign =
    /^(?:BATON_|OPENAI_|KAFKA_|MONGODB_|OTEL_|JAEGER_|CI$|NO_COLOR$|FORCE_COLOR$|NODE_TEST|NODE_OPTIONS$|npm_)/;
  const kept = Object.entries(surroundings).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    npm_config_update_notifier: 'false',
    NODE_COMPILE_CACHE: join(root, '.cache', 'compile'),
  };
}
