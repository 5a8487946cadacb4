/** Debian's buildah: it builds Dockerfiles and runs what is in an image, without a daemon and without an engine. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

/** Programs of images share the network of this machine, so that they reach services on loopback. */
const isolation = ['--isolation', 'chroot', '--network', 'host'];

export interface Buildah {
  /** Builds, with the layers of earlier builds; gives what it printed. */
  build(tag: string, dockerfile: string, context: string): Promise<string>;
  has(image: string): Promise<boolean>;
  inspect(image: string): Promise<ImageConfig>;
  /** A container of this image, by its name. */
  container(image: string): Promise<string>;
  remove(containers: readonly string[]): Promise<void>;
  /** Starts a program in a container; all it prints goes to the log. */
  start(container: string, program: Program): ChildProcess;
}

export interface Program {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
}

export interface ImageConfig {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** For people, as '315 MB'. */
  readonly size: string;
}

const inspected = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string().default(''),
      Entrypoint: z.array(z.string()).default([]),
      Cmd: z.array(z.string()).default([]),
    }),
  }),
});
const listed = z.array(z.object({ size: z.string(), names: z.array(z.string()).nullish() }));

/** Everything it keeps is in `folder`, which belongs to root. */
export function openBuildah(folder: string): Buildah {
  const store = [
    '--root',
    join(folder, 'storage'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const call = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('buildah', [...store, ...args], { maxBuffer: 1e8 });
    return stdout.trim();
  };
  return {
    build: (tag, dockerfile, context) =>
      call('bud', ...isolation, '--pull=never', '--layers', '-t', tag, '-f', dockerfile, context),
    has: async (image) => (await call('images', '--quiet', '--filter', `reference=${image}`)) !== '',
    inspect: async (image) => {
      const { config } = inspected.parse(JSON.parse(await call('inspect', '--type', 'image', image))).OCIv1;
      const [first] = listed.parse(
        JSON.parse(await call('images', '--json', '--filter', `reference=${image}`)),
      );
      return {
        user: config.User,
        entrypoint: config.Entrypoint,
        command: config.Cmd,
        size: first?.size ?? '',
      };
    },
    container: (image) => call('from', '--pull-never', image),
    remove: async (containers) => {
      if (containers.length > 0) await call('rm', ...containers);
    },
    start: (container, { words, env, log }) => {
      const settings = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      mkdirSync(dirname(log), { recursive: true });
      const out = openSync(log, 'w');
      try {
        const args = [...store, 'run', ...isolation, ...settings, container, '--', ...words];
        return spawn('buildah', args, { stdio: ['ignore', out, out] });
      } finally {
        closeSync(out);
      }
    },
  };
}
