/** The thread of `watchdog.ts`. It writes to stderr by itself: Node's own streams go through the thread that is busy. */
import { writeSync } from 'node:fs';
import { type Debugger, Session } from 'node:inspector';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { type Watched } from './watchdog.ts';

const { beats, patienceMs, giveBack } = workerData as Watched;
const root = fileURLToPath(new URL('..', import.meta.url));
const scripts = new Map<string, string>();
const session = new Session();
session.connectToMainThread();
session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
// The first message needs an answer from a thread that is not busy; later ones do not. Connected only as long as it
// must be: a process that ends would say that it waits for its debugger.
session.post('Runtime.getIsolateId', () => {
  session.disconnect();
  parentPort?.postMessage('ready');
});

const looksInPatience = 5;
let seen = -1;
let silent = 0;

// Looks are counted, not milliseconds: while the machine sleeps, both threads do.
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  silent = beat === seen ? silent + 1 : 0;
  seen = beat;
  if (silent === looksInPatience) interrupt();
}, patienceMs / looksInPatience);

function interrupt(): void {
  let told = false;
  const tell = (where: string, end: string): void => {
    if (!told) say(where, end);
    told = true;
  };
  const kill = `kill -9 ${process.pid} ends it`;
  // What is no JavaScript, such as waiting for another process, is not interrupted; the answer comes once it is over.
  const deaf = setTimeout(() => tell('', kill), patienceMs / looksInPatience);
  session.once('Debugger.paused', ({ params }) => {
    clearTimeout(deaf);
    const resume = (): void => {
      session.post('Debugger.resume');
      session.post('Debugger.disable', () => session.disconnect());
    };
    if (told) return resume();
    const expression = `globalThis[Symbol.for(${JSON.stringify(giveBack)})]()`;
    session.post('Runtime.evaluate', { expression }, (failed) => {
      tell(placeOf(params.callFrames), failed === null ? 'Ctrl-C ends it' : kill);
      resume();
    });
  });
  session.connectToMainThread();
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** Where an agent's code is, if some is among what runs. */
function placeOf(frames: readonly Debugger.CallFrame[]): string {
  const places = frames
    .map(({ location }) => ({ file: pathOf(scripts.get(location.scriptId)), line: location.lineNumber + 1 }))
    .filter(({ file }) => file !== '');
  const place = places.find(({ file }) => file.startsWith('agents/')) ?? places[0];
  return place === undefined ? '' : ` with ${place.file}:${place.line}`;
}

function say(where: string, end: string): void {
  const seconds = Math.max(1, Math.round(patienceMs / 1000));
  writeSync(
    2,
    `warning: this process has been busy${where} for more than ${seconds} s and answers nothing else.\n` +
      `help: ${end}; what was recorded stays. An agent of transport local has a thread, which ends with its time.\n`,
  );
}

/** Below Baton's folder; '' of what is Node's own. */
function pathOf(url: string | undefined): string {
  if (url === undefined || !url.startsWith('file:')) return '';
  const path = relative(root, fileURLToPath(url));
  return path.startsWith('..') ? fileURLToPath(url) : path;
}
