import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freePorts } from './ports.ts';

it('no two services that start beside each other are given one port', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `port ${index}`);
  const all = await Promise.all(Array.from({ length: 12 }, () => freePorts(names)));
  const ports = all.flatMap((each) => Object.values(each));
  assert.equal(new Set(ports).size, 12 * 60);
});
