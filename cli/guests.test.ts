import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { afterEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { goesOnAfter, hostGuests } from './guests.ts';
import { root } from './spawn.fixture.ts';

const guests = new URL('./guests.ts', import.meta.url).href;
const output = new URL('./output.ts', import.meta.url).href;

/** What a process prints in which `code` is an agent's. */
function inProcess(code: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const script = `import { leave, receiveGuests } from '${guests}'; import { createOutput } from '${output}'; const { data } = createOutput(process.env); receiveGuests(); ${code}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
}

describe('an agent that shares the process of the command', () => {
  it('prints to stderr, so that stdout holds the result alone', () => {
    const { stdout, stderr } = inProcess(
      "console.log('one'); console.info('two'); process.stdout.write('three\\n'); process.stdout.write(Buffer.from('four')); data('{}');",
    );
    assert.equal(stdout, '{}\n');
    assert.equal(stderr, 'one\ntwo\nthree\nfour');
  });

  it('does not end it: to ask for that throws in the agent', () => {
    const { status, stdout } = inProcess(
      'try { process.exit(0); } catch (error) { data(error.message); } process.exitCode = 3; leave(7);',
    );
    assert.equal(status, 7);
    assert.match(stdout, /^process\.exit\(0\) would end the work of others/);
  });
});

describe('an error that nobody caught', () => {
  const told: unknown[] = [];
  let release = (): void => undefined;
  const open = (): void => {
    release = hostGuests({ printed: () => undefined, leftUncaught: (error) => told.push(error) });
  };
  afterEach(() => {
    release();
    told.length = 0;
  });

  it('is told and ends nothing while this process hosts', () => {
    open();
    const stray = new Error('stray');
    assert.equal(goesOnAfter(stray, 'rejection'), true);
    assert.deepEqual(told, [stray]);
  });

  it('ends the process where nobody hosts', () => {
    assert.equal(goesOnAfter(new Error('stray'), 'rejection'), false);
  });

  it('ends the process where log or store broke', () => {
    open();
    assert.equal(goesOnAfter(new InfrastructureError('STORE_UNAVAILABLE: gone'), 'rejection'), false);
  });

  it('thrown from a timer, ends the process unless an agent threw it', () => {
    open();
    const own = new Error('ours');
    const theirs = new Error('theirs');
    theirs.stack = `Error: theirs\n    at ${new URL('../agents/x/agent.ts', import.meta.url).href}:9:5`;
    assert.equal(goesOnAfter(own, 'exception'), false);
    assert.equal(goesOnAfter(theirs, 'exception'), true);
    assert.deepEqual(told, [theirs]);
  });
});
