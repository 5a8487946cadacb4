/**
 * Terraform's language as text: blocks in, formatted HCL out.
 * H1. Foreign text enters only through `quoted`: it cannot end its string, start a template, or begin a line.
 * H2. Everything else that is written is a slug or text from this folder.
 */

/** An attribute (name and expression) or a nested block. */
export type Entry = readonly [name: string, expression: string] | Block;
export interface Block {
  readonly head: string;
  readonly body: readonly Entry[];
}

export const block = (head: string, ...body: readonly Entry[]): Block => ({ head, body });

export const resource = (type: string, name: string, ...body: readonly Entry[]): Block =>
  block(`resource "${type}" "${identifier(name)}"`, ...body);

/** A slug or event name as a Terraform name. */
export const identifier = (name: string): string => name.replace(/[-.]/g, '_');

/** A string literal that means exactly this text. */
export function quoted(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, unicode)
    // A brace after $ or % would start a template; written as an escape it never does, however many $ precede.
    .replace(/([$%])\{/g, '$1\\u007b');
  return `"${escaped}"`;
}

/** A resource name: the application's name, a dash and the slug. */
export const named = (slug: string): string => `"\${var.name}-${slug}"`;

/** A list of expressions on one line where it is short, else one a line. */
export function list(expressions: readonly string[]): string {
  const line = `[${expressions.join(', ')}]`;
  return line.length <= 100 ? line : `[\n${expressions.map((each) => `  ${indented(each)},\n`).join('')}]`;
}

/** An object expression, one member a line. */
export function object(members: readonly (readonly [name: string, expression: string])[]): string {
  if (members.length === 0) return '{}';
  const lines = members.map(
    ([name, value], index) => `  ${name.padEnd(widthAround(members, index))} = ${indented(value)}\n`,
  );
  return `{\n${lines.join('')}}`;
}

/** An object expression on one line. */
export const inline = (members: readonly (readonly [name: string, expression: string])[]): string =>
  `{ ${members.map(([name, value]) => `${name} = ${value}`).join(', ')} }`;

export const strings = (texts: readonly string[]): string => list(texts.map(quoted));

/** The text of a file: blocks separated by empty lines. */
export const fileOf = (blocks: readonly Block[]): string =>
  blocks.map((each) => `${render(each)}\n`).join('\n');

function render({ head, body }: Block): string {
  if (body.length === 0) return `${head} {}`;
  const lines: string[] = [];
  body.forEach((entry, index) => {
    const before = body[index - 1];
    if (!isAttribute(entry)) {
      if (before !== undefined) lines.push('');
      lines.push(...render(entry).split('\n').map(indent));
      return;
    }
    if (before !== undefined && !isAttribute(before)) lines.push('');
    lines.push(`  ${entry[0].padEnd(widthAround(body, index))} = ${indented(entry[1])}`);
  });
  return `${head} {\n${lines.join('\n')}\n}`;
}

/** Equal signs of neighbouring one-line attributes stand below each other, as `terraform fmt` has it. */
function widthAround(body: readonly Entry[], index: number): number {
  const isShort = (entry: Entry | undefined): entry is readonly [string, string] =>
    entry !== undefined && isAttribute(entry) && !entry[1].includes('\n');
  if (!isShort(body[index])) return 0;
  let first = index;
  let last = index;
  while (isShort(body[first - 1])) first -= 1;
  while (isShort(body[last + 1])) last += 1;
  return Math.max(...body.slice(first, last + 1).map((entry) => (isAttribute(entry) ? entry[0].length : 0)));
}

const isAttribute = (entry: Entry): entry is readonly [string, string] => Array.isArray(entry);
const indent = (line: string): string => (line === '' ? '' : `  ${line}`);
const indented = (expression: string): string => expression.replaceAll('\n', '\n  ');
const unicode = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
