/** `cdk synth` of a profile into a folder: the app itself, told where and what as the `cdk` command tells it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Assembly, readAssembly } from './assembly.ts';

const root = join(import.meta.dirname, '..', '..');

export async function synth(folder: string, context: Readonly<Record<string, string>>): Promise<Assembly> {
  const child = spawn(process.execPath, ['infra/app.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, said);
  return readAssembly(folder);
}
