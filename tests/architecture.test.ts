/** The import table of CONTRIBUTING.md, read from every file: any other edge fails. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

interface Rule {
  /** Folders (or files) of this repository it may import. */
  readonly folders: readonly string[];
  /** Packages; a name with `@file` only in that file. */
  readonly packages: readonly string[];
  readonly node: boolean;
}

const rules: Readonly<Record<string, Rule>> = {
  core: {
    folders: ['core'],
    packages: [
      'yaml @core/workflow/read-source.ts',
      'zod @core/agent/',
      '@marcbachmann/cel-js @core/workflow/expression.ts',
      'ajv @core/workflow/json-schema.ts',
      'fastest-levenshtein @core/workflow/nearest.ts',
      'semver @core/workflow/version-range.ts',
      'cloudevents @core/cloud-event.ts',
    ],
    node: false,
  },
  adapters: {
    folders: ['core', 'adapters'],
    packages: ['openai @adapters/llm/openai.ts', 'fastest-levenshtein @adapters/config.ts'],
    node: true,
  },
  agents: { folders: ['core/agent', 'agents'], packages: ['zod'], node: false },
  functions: { folders: ['core', 'functions'], packages: ['@opentelemetry/api'], node: false },
  infra: { folders: ['core/event-catalog.ts', 'core/agent/contract.ts', 'infra'], packages: [], node: false },
  local: {
    folders: [
      'core',
      'adapters',
      'functions',
      'local',
      'agents/registry.ts',
      'agents/manifests.ts',
      'infra/topology.ts',
    ],
    packages: [],
    node: true,
  },
  cli: {
    folders: [
      'core',
      'adapters',
      'functions',
      'local',
      'cli',
      'agents/registry.ts',
      'agents/manifests.ts',
      'infra/topology.ts',
    ],
    packages: ['commander', 'picocolors'],
    node: true,
  },
};

/** Composition roots also see adapters; those of functions that host agents see the registry. */
const roots: Rule = {
  folders: ['core', 'functions', 'adapters', 'agents/registry.ts', 'agents/manifests.ts'],
  packages: ['@opentelemetry/api'],
  node: true,
};

const files = globSync('{core,adapters,agents,functions,infra,local,cli}/**/*.ts').filter(
  (file) => !/\.test\.ts$|\/fixtures\/|^cli\/templates\//.test(file),
);

test('every import is in the table', () => {
  assert.ok(files.length > 50, 'the repository was found');
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !allowed(file, specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

test('no file of the engine is longer than 300 lines', () => {
  const long = files
    .filter((file) => !/registry\.ts$|manifests\.ts$/.test(file))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300);
  assert.deepEqual(long, []);
});

test('only adapters/config.ts and composition roots name the environment', () => {
  const readers = files.filter((file) => /\bprocess\.env\b/.test(code(file)));
  const entries = ['adapters/config.ts', 'adapters/lambda.ts', 'cli/main.ts'];
  assert.deepEqual(
    readers.filter((file) => !entries.includes(file)),
    [],
  );
});

function ruleFor(file: string): Rule {
  if (/^functions\/[^/]+\/(index|worker)\.ts$/.test(file)) return roots;
  const rule = rules[file.split('/')[0] ?? ''];
  assert.ok(rule, `no rule for ${file}`);
  return rule;
}

function allowed(file: string, specifier: string): boolean {
  const rule = ruleFor(file);
  if (specifier.startsWith('node:')) {
    if (!builtinModules.includes(specifier.slice(5))) return false;
    // Hashing and random ids are arithmetic, not I/O.
    return rule.node || specifier === 'node:crypto';
  }
  const target = specifier.startsWith('#')
    ? specifier.slice(1)
    : specifier.startsWith('.')
      ? normalize(join(dirname(file), specifier))
      : undefined;
  if (target !== undefined) {
    return rule.folders.some((folder) =>
      folder.endsWith('.ts') ? target === folder : target.startsWith(`${folder}/`),
    );
  }
  return rule.packages.some((entry) => {
    const [name = '', place] = entry.split(' @');
    return (
      (specifier === name || specifier.startsWith(`${name}/`)) &&
      (place === undefined || file.startsWith(place))
    );
  });
}

function importsOf(file: string): readonly string[] {
  const text = code(file);
  const statics = text.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'/gms);
  const bare = text.matchAll(/^\s*import\s*'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [...statics, ...bare, ...dynamic].map((match) => match[1] ?? '');
}

function code(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
}
