/**
 * Who may import whom, read from the syntax tree of every file: any other edge fails. CONTRIBUTING.md shows this table,
 * and the last test compares the two. `scripts/`, `tests/` and `bench/` may import anything; nothing may import them.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

interface Rule {
  /** Folders (or files) of this repository it may import. */
  readonly folders: readonly string[];
  /** Package → the only file or folder that may import it; `''` is the whole folder. */
  readonly packages: Readonly<Record<string, string>>;
  /** Node's own modules. `crypto`: hashing and random ids alone, which are arithmetic and not I/O. */
  readonly node: 'all' | 'crypto' | 'none';
}

/** What hosts everything sees almost everything. */
const hosting = [
  ...['core', 'adapters', 'functions', 'local'],
  ...['agents/registry.ts', 'agents/manifests.ts', 'infra/topology.ts'],
];
/**
 * Composition roots also see adapters; those of functions that host agents see the registry. They are started from the
 * topology and imported by nobody, so `functions` in a row never means them.
 */
const rootFiles = /^functions\/[^/]+\/(?:index|worker)\.ts$/;
const rootName = 'functions/*/index.ts, functions/*/worker.ts';

const rules: Readonly<Record<string, Rule>> = {
  core: {
    folders: ['core'],
    packages: {
      '@marcbachmann/cel-js': 'core/workflow/expression.ts',
      ajv: 'core/workflow/json-schema.ts',
      cloudevents: 'core/cloud-event.ts',
      'fastest-levenshtein': 'core/workflow/nearest.ts',
      semver: 'core/workflow/version-range.ts',
      yaml: 'core/workflow/read-source.ts',
      zod: 'core/agent/',
    },
    node: 'crypto',
  },
  adapters: {
    folders: ['core', 'adapters'],
    packages: {
      openai: 'adapters/llm/openai.ts',
      'fastest-levenshtein': 'adapters/config.ts',
      kafkajs: 'adapters/kafka/',
      'aws-msk-iam-sasl-signer-js': 'adapters/kafka/iam-token.ts',
      mongodb: 'adapters/mongo/',
      '@opentelemetry/api': 'adapters/telemetry/sdk.ts',
      '@opentelemetry/exporter-jaeger': 'adapters/telemetry/jaeger-agent.ts',
      '@opentelemetry/exporter-trace-otlp-proto': 'adapters/telemetry/open-telemetry.ts',
      '@opentelemetry/resources': 'adapters/telemetry/sdk.ts',
      '@opentelemetry/sdk-node': 'adapters/telemetry/sdk.ts',
      '@opentelemetry/sdk-trace': 'adapters/telemetry/',
      '@aws-sdk/client-cloudformation': 'adapters/aws/',
      '@aws-sdk/client-cloudwatch': 'adapters/aws/',
      '@aws-sdk/client-cloudwatch-logs': 'adapters/aws/',
      '@aws-sdk/client-kafka': 'adapters/aws/',
      '@aws-sdk/client-lambda': 'adapters/aws/',
      '@aws-sdk/client-secrets-manager': 'adapters/aws/',
      '@smithy/signature-v4': 'adapters/aws/sign-request.ts',
    },
    node: 'all',
  },
  agents: { folders: ['core/agent', 'agents'], packages: { zod: '' }, node: 'crypto' },
  functions: { folders: ['core', 'functions'], packages: { '@opentelemetry/api': '' }, node: 'crypto' },
  [rootName]: {
    folders: ['core', 'functions', 'adapters', 'agents/registry.ts', 'agents/manifests.ts'],
    packages: { '@opentelemetry/api': '' },
    node: 'all',
  },
  // Handlers over a world in memory: no clock, no chance and no disk but its own.
  simulation: { folders: ['core', 'functions', 'simulation'], packages: {}, node: 'none' },
  infra: {
    folders: ['core/event-catalog.ts', 'core/agent/contract.ts', 'agents/manifests.ts', 'infra'],
    packages: {
      'aws-cdk-lib': '',
      constructs: '',
      'cdk-nag': 'infra/system.ts',
      esbuild: '',
    },
    node: 'all',
  },
  local: { folders: hosting, packages: {}, node: 'all' },
  cli: {
    folders: [...hosting, 'simulation', 'cli', 'infra/profiles.ts', 'package.json'],
    packages: { commander: '', picocolors: '' },
    node: 'all',
  },
};

/**
 * Tests and what only tests use, told by name alone: `*.test.ts`, `*.fixture.ts` or `*.fixtures.ts`, whatever is in a
 * folder `fixtures/`, `test-kit.ts`, `arbitrary-*.ts` (generators) and `loopback-*.ts` (servers that stand in for the
 * outside). They may import anything, and so nothing else may import them.
 */
const testSupport =
  /\.(?:test|fixtures?)\.ts$|(?:^|\/)fixtures\/|(?:^|\/)(?:test-kit|arbitrary-[^/]+|loopback-[^/]+)\.ts$/;

const files = globSync('{core,adapters,agents,functions,simulation,infra,local,cli}/**/*.ts').filter(
  (file) => !testSupport.test(file) && !file.startsWith('cli/templates/'),
);

test('every import is in the table', () => {
  assert.ok(files.length > 150, `the repository was found: ${files.length} files`);
  const read = files.map((file) => ({ file, specifiers: importsOf(file, readFileSync(file, 'utf8')) }));
  assert.ok(read.flatMap(({ specifiers }) => specifiers).length > 600, 'imports were found');
  const wrong = read.flatMap(({ file, specifiers }) =>
    specifiers
      .filter((specifier) => !allowed(file, specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

test('an edge that is not in the table is noticed, however it is written', () => {
  const wrong: readonly (readonly [file: string, line: string])[] = [
    ['core/run/decide.ts', `import { systemClock } from '#adapters/clock.ts';`],
    ['core/run/decide.ts', `export { x } from '../../functions/dead-letters.ts';`],
    ['core/run/decide.ts', `import { readFileSync } from 'node:fs';`],
    ['core/run/decide.ts', `import * as z from 'zod';`],
    ['core/run/decide.ts', `const world = '*/*.yaml'; const x = await import('#local/host.ts'); /** */`],
    ['core/workflow/parse.ts', `import { arbitraryDesign } from './decide.fixtures.ts';`],
    ['adapters/logger.ts', `import { type Host } from '#local/host.ts';`],
    ['adapters/logger.ts', `import OpenAI from 'openai';`],
    ['adapters/logger.ts', `import { Kafka } from 'kafkajs';`],
    ['adapters/kafka/client.ts', `const { token } = await import('aws-msk-iam-sasl-signer-js');`],
    ['adapters/embedded/open.ts', `import { MongoClient } from 'mongodb';`],
    ['agents/kafka-expert/agent.ts', `import { topics } from '#core/event-catalog.ts';`],
    ['agents/kafka-expert/agent.ts', `import { invoke } from '../test-kit.ts';`],
    ['functions/orchestrator/handler.ts', `import { openEmbedded } from '#adapters/embedded/open.ts';`],
    ['functions/orchestrator/index.ts', `import { startHost } from '#local/host.ts';`],
    ['functions/orchestrator/index.ts', `import '#infra/topology.ts';`],
    ['simulation/memory/store.ts', `import { openEmbedded } from '#adapters/embedded/open.ts';`],
    ['simulation/memory/store.ts', `import { create } from '#functions/timer/index.ts';`],
    ['simulation/memory/store.ts', `import { randomUUID } from 'node:crypto';`],
    ['infra/topology.ts', `import { registry } from '#agents/registry.ts';`],
    ['local/host.ts', `let fixture: import('#tests/engine/engine.ts').Engine;`],
    ['local/host.ts', `import { main } from '#cli/main.ts';`],
    ['cli/main.ts', `import { schemaText } from '../scripts/generate-schemas.ts';`],
    ['cli/main.ts', `const { agent } = require('#agents/kafka-expert/agent.ts');`],
    ['cli/main.ts', `import 'no-such-package/part.js';`],
  ];
  for (const [file, line] of wrong) {
    const specifiers = importsOf(file, line);
    assert.equal(specifiers.length, 1, `one import is read in: ${line}`);
    assert.equal(allowed(file, specifiers[0] ?? ''), false, `${file} may not: ${line}`);
  }
});

test('no file of the engine is longer than 300 lines', () => {
  const lengths = files
    .filter((file) => !/(?:registry|manifests)\.ts$/.test(file))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }));
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > 300),
    [],
  );
});

test('only adapters/config.ts and what is started by others name the environment', () => {
  const readers = files.filter((file) => namesEnvironment(file, readFileSync(file, 'utf8')));
  assert.ok(namesEnvironment('x.ts', 'const { env } = process;'), 'taking it apart is naming it');
  const entries = ['adapters/config.ts', 'adapters/lambda.ts', 'cli/main.ts'];
  assert.deepEqual(
    readers.filter((file) => !entries.includes(file)),
    [],
  );
});

test('CONTRIBUTING.md shows this table', () => {
  const rows = readFileSync('CONTRIBUTING.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const first = rows.findIndex(([, cell]) => cell === 'folder');
  const shown = rows.slice(first + 2, first + 2 + Object.keys(rules).length);
  assert.deepEqual(
    shown.map((cells) => cells.slice(1, -1)),
    Object.entries(rules).map(([name, rule]) => rowOf(name, rule)),
  );
});

function rowOf(name: string, { folders, packages, node }: Rule): readonly string[] {
  const quoted = (text: string): string => `\`${text}\``;
  const packageCells = Object.entries(packages).map(([pack, place]) =>
    place === '' ? quoted(pack) : `${quoted(pack)} in ${quoted(place)}`,
  );
  return [
    name.split(', ').map(quoted).join(', '),
    folders.map(quoted).join(', '),
    packageCells.length === 0 ? 'none' : packageCells.join(', '),
    node === 'crypto' ? quoted('node:crypto') : node,
  ];
}

function allowed(file: string, specifier: string): boolean {
  const rule = rules[rootFiles.test(file) ? rootName : (file.split('/')[0] ?? '')];
  assert.ok(rule, `no rule for ${file}`);
  if (specifier.startsWith('node:'))
    return (
      isBuiltin(specifier) && (rule.node === 'all' || (rule.node === 'crypto' && specifier === 'node:crypto'))
    );
  const target = targetOf(file, specifier);
  if (target !== undefined)
    return (
      !testSupport.test(target) && !rootFiles.test(target) && rule.folders.some((at) => isIn(target, at))
    );
  return Object.entries(rule.packages).some(
    ([name, place]) => (specifier === name || specifier.startsWith(`${name}/`)) && file.startsWith(place),
  );
}

/** The file of this repository that is imported; nothing where it is a package. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined;
}

const isIn = (target: string, place: string): boolean =>
  /\.[a-z]+$/.test(place) ? target === place : target.startsWith(`${place}/`);

/** Every module a file names: imports, re-exports, `import()` in code and in types, `require`. */
function importsOf(file: string, text: string): readonly string[] {
  const found: string[] = [];
  walk(file, text, (node) => {
    const name = moduleNameOf(node);
    if (name !== undefined) found.push(name);
  });
  return found;
}

function moduleNameOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const loads =
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require');
  return loads ? textOf(node.arguments[0]) : undefined;
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

function namesEnvironment(file: string, text: string): boolean {
  const isProcess = (node: ts.Node | undefined): boolean =>
    node !== undefined && ts.isIdentifier(node) && node.text === 'process';
  let named = false;
  walk(file, text, (node) => {
    const direct = ts.isPropertyAccessExpression(node) && node.name.text === 'env';
    const indirect =
      ts.isVariableDeclaration(node) &&
      ts.isObjectBindingPattern(node.name) &&
      /\benv\b/.test(node.name.getText());
    if (direct && isProcess(node.expression)) named = true;
    if (indirect && isProcess(node.initializer)) named = true;
  });
  return named;
}

function walk(file: string, text: string, visit: (node: ts.Node) => void): void {
  const each = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, each);
  };
  each(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
}
