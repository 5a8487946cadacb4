import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { buildTestSystem } from '#infra/fixtures/system.ts';
import { dev, prod, type Profile } from '#infra/profiles.ts';
import { costFile, costPage, idleCost, prices, pricesOf } from './cost-table.ts';

const total = (lines: ReturnType<typeof idleCost>) => lines.reduce((sum, { dollars }) => sum + dollars, 0);

describe('the cost tables', () => {
  it('are what the prices give', () => {
    const page = readFileSync(costFile, 'utf8');
    assert.equal(costPage(page), page, 'run ./scripts/with-node node scripts/cost-table.ts');
    assert.match(page, /22 November 2026/);
    assert.equal(pricesOf, '2026-11-22');
  });

  it('name for each price the page of AWS, and say where it was not seen', () => {
    const page = readFileSync(costFile, 'utf8');
    for (const [name, price] of Object.entries(prices)) {
      const [row = ''] = new RegExp(`^\\| ${name} .*$`, 'm').exec(page) ?? [];
      assert.ok(row.includes(price.page), name);
      assert.equal(row.includes('**unchecked**'), !('seen' in price), name);
    }
  });

  it('count the alarms and the addresses that the templates have', () => {
    for (const profile of [dev, prod, { ...dev, kafka: { type: 'msk-serverless' } } as const]) {
      const system = buildTestSystem({ profile });
      const lines = idleCost(profile).map(({ what }) => what);
      const count = (part: 'network' | 'observability', type: string): number =>
        Object.keys(system.templateOf(part).findResources(type)).length;
      const alarms = count('observability', 'AWS::CloudWatch::Alarm');
      assert.ok(lines.includes(`${alarms} alarms, 1 dashboard`), `${alarms}: ${lines.join()}`);
      const addresses = count('network', 'AWS::EC2::EIP');
      assert.ok(lines.includes(`${addresses} × public IPv4 address, of the NAT gateways`), lines.join());
    }
  });

  it('count the key that encrypts alarms, where they are sent', () => {
    const lineOf = (profile: Profile) => idleCost(profile).find(({ what }) => what.includes(' key, '));
    const sent = { ...dev, alarmEmail: 'on-call@example.org' };
    const keys = buildTestSystem({ profile: sent }).templateOf('observability').findResources('AWS::KMS::Key'); // prettier-ignore
    assert.deepEqual(lineOf(sent), { what: `${Object.keys(keys).length} key, of the topic of alarms`, dollars: 1 }); // prettier-ignore
    assert.equal(lineOf(dev), undefined);
  });

  it('keep dev near what it is said to cost', () => {
    const dollars = total(idleCost(dev));
    assert.ok(dollars > 100 && dollars < 170, String(dollars));
    assert.ok(total(idleCost(prod)) > dollars);
  });

  it('refuse a machine without a price', () => {
    const profile = { ...dev, kafka: { type: 'msk-provisioned', brokers: 2, instanceType: 'kafka.x', version: '3.8.x', volume: 1 } } as const; // prettier-ignore
    assert.throws(() => idleCost(profile), /got 'kafka.x', expected one of/);
  });
});
