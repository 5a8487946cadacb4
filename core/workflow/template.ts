/**
 * Templates: JSON values with `${{ expression }}` in their texts.
 * T1. A text that is one whole `${{ }}` keeps the type of its value; inside other text the value becomes text.
 * T2. A whole `${{ path }}` hands a claim check on without loading it.
 * T3. What an expression gives is data: `${{ }}` in it stays as it is.
 * T4. What is rendered can be read where it arrives: it nests no deeper than the codec takes.
 */
import { echoed } from '../redact.ts';
import { type Failure, failure } from '../failure.ts';
import { isJsonObject, isNestedOver, type Json, type JsonObject } from '../json.ts';
import { deepestValue, type BlobRef, type Payload, type PlacedRef } from '../payload.ts';
import { type Expression, type Template } from './definition.ts';
import { evaluate, parseExpression } from './expression.ts';
import { type ExpressionProblem, type Variables } from './expression-check.ts';
import { escapePointer, type Evaluation, isList, readPath, type Scope } from './scope.ts';

/** A problem in a template: `path` is the JSON pointer of the text within it, `offset` counts in that text. */
export interface TemplateProblem extends ExpressionProblem {
  readonly path: string;
}

/** Every problem in the template at once. Without problems, `template` stands for the whole value. */
export function parseTemplate(
  value: Json,
  variables: Variables,
): { readonly template: Template; readonly problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  return { template: parseAt(value, '', variables, problems), problems };
}

function parseAt(value: Json, path: string, variables: Variables, problems: TemplateProblem[]): Template {
  if (typeof value === 'string') return parseText(value, path, variables, problems);
  if (isList(value)) {
    const items = value.map((item, index) => parseAt(item, `${path}/${index}`, variables, problems));
    return items.every(isLiteral) ? { kind: 'literal', value } : { kind: 'list', items };
  }
  if (!isJsonObject(value)) return { kind: 'literal', value };
  problems.push(...fixedParts(value, path));
  const entries = Object.entries(value).map(
    ([key, member]) => [key, parseAt(member, `${path}/${escapePointer(key)}`, variables, problems)] as const,
  );
  return entries.every(([, member]) => isLiteral(member))
    ? { kind: 'literal', value }
    : { kind: 'map', entries };
}

/** What an expression must not decide: the names of keys, and which secret is handed out. */
function fixedParts(value: JsonObject, path: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  for (const key of Object.keys(value))
    if (key.includes('${{'))
      problems.push({
        ...fixedKey,
        path: `${path}/${escapePointer(key)}`,
        message: `expression in key '${echoed(key)}'`,
      });
  const secret = value['secretRef'];
  if (typeof secret === 'string' && secret.includes('${{'))
    problems.push({ ...fixedSecret, path: `${path}/secretRef` });
  return problems;
}

const fixedKey = {
  code: 'WF_TYPE',
  offset: 0,
  length: 1,
  expected: 'a fixed key',
  hint: 'put the expression into the value',
} as const;
const fixedSecret = {
  code: 'EXPR_FORBIDDEN_NAME',
  message: 'the name of a secret comes from an expression',
  offset: 0,
  length: 1,
  expected: 'a fixed name',
  hint: '{secretRef: NAME}',
} as const;

/** Where the template itself, not the data put into it, refers to secrets: pointers and names. */
export function templateSecrets(
  template: Template,
  at = '',
): readonly { readonly at: string; readonly name: string }[] {
  switch (template.kind) {
    case 'literal':
      return secretsIn(template.value, at);
    case 'expression':
    case 'text':
      return [];
    case 'list':
      return template.items.flatMap((item, index) => templateSecrets(item, `${at}/${index}`));
    case 'map':
      return template.entries.flatMap(([key, member]) =>
        templateSecrets(member, `${at}/${escapePointer(key)}`),
      );
  }
}

function secretsIn(value: Json, at: string): readonly { readonly at: string; readonly name: string }[] {
  if (isList(value)) return value.flatMap((item, index) => secretsIn(item, `${at}/${index}`));
  if (!isJsonObject(value)) return [];
  const name = value['secretRef'];
  if (typeof name === 'string' && Object.keys(value).length === 1) return [{ at, name }];
  return Object.entries(value).flatMap(([key, member]) => secretsIn(member, `${at}/${escapePointer(key)}`));
}

const isLiteral = (template: Template): boolean => template.kind === 'literal';

function parseText(text: string, path: string, variables: Variables, problems: TemplateProblem[]): Template {
  if (!text.includes('${{')) return { kind: 'literal', value: text };
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (let open = text.indexOf('${{'); open >= 0; open = text.indexOf('${{', from)) {
    const close = closingBraces(text, open + 3);
    if (close === undefined) {
      problems.push({ ...unclosed, path, offset: open });
      return { kind: 'literal', value: text };
    }
    if (open > from) parts.push(text.slice(from, open));
    const expression = parsePart(text, open + 3, close, variables);
    if (expression.ok) parts.push(expression.value);
    else problems.push({ ...expression.problem, path });
    from = close + 2;
  }
  if (from < text.length) parts.push(text.slice(from));
  const [only, ...others] = parts;
  if (typeof only === 'object' && others.length === 0) return { kind: 'expression', expression: only };
  return { kind: 'text', parts };
}

const unclosed = {
  code: 'EXPR_SYNTAX',
  message: "'${{' without '}}'",
  length: 3,
  expected: '${{ expression }}',
  hint: "close it with '}}'; in flow style ({a: …}) quote the whole value",
} as const;

function parsePart(
  text: string,
  from: number,
  to: number,
  variables: Variables,
): ReturnType<typeof parseExpression> {
  const source = text.slice(from, to);
  const blank = source.length - source.trimStart().length;
  const parsed = parseExpression(source.trim(), variables);
  if (parsed.ok) return parsed;
  return { ok: false, problem: { ...parsed.problem, offset: parsed.problem.offset + from + blank } };
}

/** The `}}` that closes, over texts in quotes and maps in braces. */
export function closingBraces(text: string, from: number): number | undefined {
  let quote = '';
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote !== '') {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '{') depth += 1;
    else if (sign === '}' && depth > 0) depth -= 1;
    else if (sign === '}' && text.charAt(at + 1) === '}') return at;
  }
  return undefined;
}

/** Every variable path the template's expressions read. */
export function templateReads(template: Template): readonly (readonly string[])[] {
  switch (template.kind) {
    case 'literal':
      return [];
    case 'expression':
      return template.expression.reads;
    case 'text':
      return template.parts.flatMap((part) => (typeof part === 'string' ? [] : part.reads));
    case 'list':
      return template.items.flatMap(templateReads);
    case 'map':
      return template.entries.flatMap(([, member]) => templateReads(member));
  }
}

/** The template's value; claim checks passed through (T2) stand in `refs`; others needed are all asked for at once. */
export function renderTemplate(template: Template, scope: Scope): Evaluation<Payload> {
  const found: Found = { refs: [], needs: [], problem: undefined };
  const value = renderAt(template, '', scope, found);
  if (found.problem !== undefined) return { ok: false, problem: found.problem };
  if (found.needs.length > 0) return { ok: false, needs: found.needs };
  if (isNestedOver(deepestValue, value)) return { ok: false, problem: tooDeep }; // T4
  return { ok: true, value: found.refs.length > 0 ? { value, refs: found.refs } : { value } };
}

const tooDeep = failure(
  'PAYLOAD_TOO_LARGE',
  `a value made here nests more than ${deepestValue} levels deep; expected at most ${deepestValue}, which the event ` +
    'it travels in allows. Pass on a part of it, or let an agent make it flatter.',
);

interface Found {
  readonly refs: PlacedRef[];
  readonly needs: BlobRef[];
  problem: Failure | undefined;
}

function renderAt(template: Template, at: string, scope: Scope, found: Found): Json {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return renderWhole(template.expression, at, scope, found);
    case 'text':
      return template.parts
        .map((part) => (typeof part === 'string' ? part : asText(part, at, scope, found)))
        .join('');
    case 'list':
      return template.items.map((item, index) => renderAt(item, `${at}/${index}`, scope, found));
    case 'map':
      return Object.fromEntries(
        template.entries.map(([key, member]) => [
          key,
          renderAt(member, `${at}/${escapePointer(key)}`, scope, found),
        ]),
      );
  }
}

function renderWhole(expression: Expression, at: string, scope: Scope, found: Found): Json {
  const path = expression.isPath ? expression.reads[0] : undefined;
  if (path === undefined) return taken(evaluate(expression, scope), at, found) ?? null;
  const payload = taken(readPath(scope, path), at, found);
  for (const placed of payload?.refs ?? []) found.refs.push({ at: `${at}${placed.at}`, ref: placed.ref });
  return payload?.value ?? null;
}

function asText(expression: Expression, at: string, scope: Scope, found: Found): string {
  const value = taken(evaluate(expression, scope), at, found) ?? null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Notes what is missing or wrong, the first problem with its place in the template. */
function taken<T>(result: Evaluation<T>, at: string, found: Found): T | undefined {
  if (result.ok) return result.value;
  if ('needs' in result) found.needs.push(...result.needs);
  else found.problem ??= placed(result.problem, at);
  return undefined;
}

const placed = (problem: Failure, at: string): Failure =>
  at === '' ? problem : { ...problem, message: `at ${at}: ${problem.message}` };
