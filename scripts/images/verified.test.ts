import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isVerified, markVerified } from './verified.ts';

const made = ['Dockerfile', '.dockerignore', 'package-lock.json', 'agents/one/Dockerfile'];

describe('images', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'baton-images-'));
    mkdirSync(join(root, 'agents', 'one'), { recursive: true });
    mkdirSync(join(root, 'scripts', 'images'), { recursive: true });
    for (const file of made) writeFileSync(join(root, file), file);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const file of made) {
    it(`have to be built again when ${file} changes`, () => {
      markVerified(root);
      assert.ok(isVerified(root));
      appendFileSync(join(root, file), '\n');
      assert.ok(!isVerified(root));
    });
  }

  it('have to be built again when an agent comes', () => {
    markVerified(root);
    cpSync(join(root, 'agents', 'one'), join(root, 'agents', 'two'), { recursive: true });
    assert.ok(!isVerified(root));
  });

  it('need not be when anything else changes', () => {
    markVerified(root);
    writeFileSync(join(root, 'README.md'), 'text');
    assert.ok(isVerified(root));
  });
});
