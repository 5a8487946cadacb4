/**
 * A workflow as a tree of values → its definition, or every problem with its place.
 * WP1. All problems at once; nothing is thrown, whatever the input.
 * WP2. A definition that was made is complete: the inside never checks it again.
 * WP3. The definition's `source` is the file's content as JSON, and parses to an equal definition.
 */
import { digestOf, isJsonObject, type JsonObject } from '../json.ts';
import { patterns } from '../ids.ts';
import { looksSecret } from '../redact.ts';
import { type KnownAgents } from './agent-ref.ts';
import { type Definition, type Expression, type StepDefinition, type Template } from './definition.ts';
import { type Variables } from './expression-check.ts';
import { durationOf, mapOf, takeField, textOf } from './field.ts';
import { checkGraph } from './graph-check.ts';
import { parseInputs } from './inputs.ts';
import { knownSchemas } from './known-schemas.ts';
import { checkWords, stepCount, workflowWords } from './language.ts';
import { expressionOf, templateOf } from './placed-expression.ts';
import { type Problem, quote } from './problem.ts';
import { readJson } from './read-json.ts';
import { type Origin } from './regex-safety.ts';
import { enoughProblems, newReport, type Report, type Where } from './report.ts';
import { fieldOf, jsonOf, type MapEntry, type MapNode, type SourceNode, typeName } from './source-node.ts';
import { refuseStepCount } from './source-size.ts';
import { parseStep } from './step.ts';
import { isVersion } from './version-range.ts';

export interface ParseOptions {
  /** Name of the file: `.json` is held to JSON's syntax. */
  readonly file?: string;
  /** The registered agents; without them agents are not looked up, and members of inputs and outputs not checked. */
  readonly agents?: KnownAgents;
}
export type ParsedWorkflow =
  | { readonly ok: true; readonly value: Definition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** From a stored `source`, which an earlier version may have accepted. Positions are line 0; the problems' paths say where. */
export function parseDefinition(source: JsonObject, options: ParseOptions = {}): ParsedWorkflow {
  const read = readJson(source);
  return read.ok ? parseTree(read.value, 'store', options) : { ok: false, problems: read.problem };
}

/** The last part of both parsers. */
export function parseTree(root: SourceNode, origin: Origin, options: ParseOptions): ParsedWorkflow {
  const report = newReport();
  checkSecrets(root, report);
  const definition =
    root.kind === 'map' ? parseRoot(root, origin, options, report) : refuseRoot(root, report);
  if (definition !== undefined && report.problems.length === 0) return { ok: true, value: definition };
  const problems = [...report.problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return { ok: false, problems };
}

function refuseRoot(root: SourceNode, report: Report): undefined {
  report.add('WF_TYPE', root, `expected a mapping, got ${typeName(root)}`, {
    got: typeName(root),
    expected: 'a mapping with name, version and steps',
    hint: "begin with 'name: my-workflow'",
  });
}

function parseRoot(
  root: MapNode,
  origin: Origin,
  options: ParseOptions,
  report: Report,
): Definition | undefined {
  checkWords(root, workflowWords, 'the workflow', report);
  const name = parseName(root, report);
  const version = parseVersion(root, report);
  const description = textOf(takeField(root, 'description', report), report)?.value;
  const inputs = parseInputs(takeField(root, 'inputs', report), origin, report);
  const timeoutMs = durationOf(takeField(root, 'timeout', report), report);
  const labels = parseLabels(root, report);
  const stepEntries = mapOf(takeField(root, 'steps', report), report)?.entries ?? [];
  const variables: Variables = {
    inputs: inputs.names,
    steps: new Set(stepEntries.map((entry) => entry.key)),
    ...knownSchemas(inputs.schema, stepEntries, options.agents),
  };
  const steps = parseSteps(root, stepEntries, variables, options.agents, report);
  const outputs = parseOutputs(root, variables, report);
  const idempotencyKey = parseKey(root, variables, report);
  const source = jsonOf(root);
  if (name === undefined || version === undefined || !isJsonObject(source)) return undefined;
  return {
    name,
    version,
    digest: digestOf(source),
    source,
    ...(description === undefined ? {} : { description }),
    inputSchema: inputs.schema,
    steps,
    outputs,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function parseName(root: MapNode, report: Report): string | undefined {
  const name = textOf(takeField(root, 'name', report), report);
  if (name === undefined) return undefined;
  if (!patterns.workflowName.test(name.value))
    report.add('WF_NAME', name, `workflow name ${quote(name.value)}`, {
      expected: 'lower-case letters, digits and -, beginning with a letter, at most 64',
      hint: 'for example design-and-provision',
    });
  return name.value;
}

function parseVersion(root: MapNode, report: Report): string | undefined {
  const field = takeField(root, 'version', report);
  if (field?.kind === 'scalar' && typeof field.value === 'number') {
    const read = String(field.value) === field.written ? '' : `: YAML read ${field.value}`;
    report.add('WF_TYPE', field, `version ${field.written.slice(0, 40)} is a number${read}`, {
      got: 'number',
      expected: 'text in quotes',
      hint: `quote it: "${field.written.slice(0, 40)}"`,
    });
    return undefined;
  }
  const version = textOf(field, report);
  if (version !== undefined && !isVersion(version.value))
    report.add('WF_VERSION', version, `version ${quote(version.value)}`, {
      expected: 'a semantic version: "1.0.0"',
      hint: 'write three numbers with dots, in quotes',
    });
  return version?.value;
}

const mostLabels = 20;

function parseLabels(root: MapNode, report: Report): Readonly<Record<string, string>> | undefined {
  const node = mapOf(takeField(root, 'labels', report), report);
  if (node === undefined) return undefined;
  if (node.entries.length > mostLabels)
    report.add('WF_TYPE', node, `${node.entries.length} labels`, {
      expected: `at most ${mostLabels}`,
      hint: 'remove some',
    });
  const labels = node.entries.map((entry) => [entry.key, textOf(entry.value, report)?.value ?? ''] as const);
  return Object.fromEntries(labels);
}

function parseSteps(
  root: MapNode,
  entries: readonly MapEntry[],
  variables: Variables,
  agents: KnownAgents | undefined,
  report: Report,
): readonly StepDefinition[] {
  const node = fieldOf(root, 'steps');
  if (node?.kind === 'map' && (entries.length < stepCount.least || entries.length > stepCount.most)) {
    refuseStepCount(report, node, entries.length);
    return [];
  }
  checkCase(entries, report);
  const order = new Map(entries.map((entry, index) => [entry.key, index]));
  const places = new Map(entries.map((entry) => [entry.key, entry]));
  const steps: StepDefinition[] = [];
  for (const entry of entries) {
    const step =
      report.problems.length < enoughProblems
        ? parseStep(entry, { variables, order, agents, report })
        : undefined;
    if (step !== undefined) steps.push(step);
  }
  checkGraph(steps, (id, field) => placeOf(places.get(id), field), report);
  return steps;
}

function placeOf(entry: MapEntry | undefined, field: string | undefined): Where {
  if (entry === undefined) return { at: { line: 0, column: 0 }, path: '/steps' };
  const node = field === undefined || entry.value.kind !== 'map' ? undefined : fieldOf(entry.value, field);
  return node ?? { at: entry.keyAt, path: entry.value.path };
}

/** Ids that differ only in case would be mistaken for each other by people and by some stores. */
function checkCase(entries: readonly MapEntry[], report: Report): void {
  const seen = new Map<string, MapEntry>();
  for (const entry of entries) {
    const first = seen.get(entry.key.toLowerCase());
    if (first === undefined) seen.set(entry.key.toLowerCase(), entry);
    else
      report.add(
        'WF_DUP_STEP',
        { at: entry.keyAt, path: entry.value.path },
        `step ids ${quote(first.key)} and ${quote(entry.key)} differ only in case`,
        { expected: 'ids that differ in more', hint: 'rename one of them' },
      );
  }
}

function parseOutputs(root: MapNode, variables: Variables, report: Report): Template {
  const node = mapOf(takeField(root, 'outputs', report), report);
  return node === undefined ? { kind: 'literal', value: {} } : templateOf(node, variables, report);
}

/** The key is computed before the first step: only inputs exist then. */
function parseKey(root: MapNode, variables: Variables, report: Report): Expression | undefined {
  const node = takeField(root, 'idempotencyKey', report);
  // What steps give is refused below, whatever is in it.
  const { outputSchema: _, ...others } = variables;
  const key = expressionOf(node, 'value', others, report);
  const early = key?.reads.find(([first]) => first !== 'inputs');
  if (node === undefined || early === undefined) return key;
  report.add(
    'WF_FORWARD_REF',
    node,
    `idempotencyKey reads ${quote(early.join('.'))}, which does not exist yet`,
    {
      expected: 'an expression over inputs',
      hint: 'read only inputs.<name>',
    },
  );
  return undefined;
}

/** Keys and passwords belong to the place where the agent runs; here they would reach events and stores. */
function checkSecrets(node: SourceNode, report: Report): void {
  switch (node.kind) {
    case 'list':
      for (const item of node.items) checkSecrets(item, report);
      return;
    case 'map':
      for (const entry of node.entries) checkSecrets(entry.value, report);
      return;
    case 'scalar':
      if (typeof node.value === 'string' && looksSecret(node.value))
        report.add('WF_INLINE_SECRET', node, 'this text looks like a key or password (not shown)', {
          expected: '{secretRef: NAME}',
          hint: 'name the secret and set its value where the agent runs; and revoke this one if it was real',
        });
  }
}
