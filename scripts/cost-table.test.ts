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

  it('count the timer, with the memory that the template gives it: it never rests', () => {
    for (const profile of [dev, prod]) {
      const functions = buildTestSystem({ profile }).templateOf('orchestration').findResources('AWS::Lambda::Function', { Properties: { FunctionName: `baton-${profile.name}-timer` } }); // prettier-ignore
      const [timer] = Object.values(functions as Readonly<Record<string, { Properties: { MemorySize: number; Architectures: readonly string[] } }>>); // prettier-ignore
      assert.deepEqual(timer?.Properties.Architectures, ['arm64']);
      const line = idleCost(profile).find(({ what }) =>
        what.endsWith(`: ${timer?.Properties.MemorySize} MB`),
      );
      const dollars = ((timer?.Properties.MemorySize ?? 0) / 1024) * 0.0000133334 * 730 * 3600;
      assert.equal(line?.dollars.toFixed(2), dollars.toFixed(2), profile.name);
    }
  });

  it('count the metrics that are made of log lines', () => {
    const filters = buildTestSystem().templateOf('observability').findResources('AWS::Logs::MetricFilter');
    const names = Object.values(filters as Readonly<Record<string, { Properties: { MetricTransformations: readonly { MetricName: string; DefaultValue?: number }[] } }>>).flatMap(({ Properties: { MetricTransformations } }) => MetricTransformations); // prettier-ignore
    // Paid by the hour in which there is a value: one that is written without a line would be paid for every hour.
    assert.ok(names.every(({ DefaultValue }) => DefaultValue === undefined));
    const count = new Set(names.map(({ MetricName }) => MetricName)).size;
    const text = `the ${count} metrics of its alarms that are made of log lines, US$ ${prices.metricMonth.dollars.toFixed(2)} a month each`;
    assert.ok(readFileSync(costFile, 'utf8').includes(text), text);
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
