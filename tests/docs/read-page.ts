/**
 * A Markdown page as what it tells its reader to do, in order: files to write, changes to files, commands to type.
 *
 * - A block with `title="path"` is a file; of language `diff`, a change to one.
 * - A block of language `sh` is typed, and the `text` or `json` block that follows it is what it prints. Words after
 *   `sh`: `exit=1` (the code it ends with), `background` (goes on until the page ends; what it prints says when it is up), `not-run` (the reader's own
 *   business, such as cloning). No block of `sh` is left out without that word.
 * - Blocks of other languages without a title are there to be read.
 */

export type Deed =
  | { readonly type: 'write'; readonly line: number; readonly path: string; readonly text: string }
  | { readonly type: 'change'; readonly line: number; readonly path: string; readonly text: string }
  | {
      readonly type: 'command';
      readonly line: number;
      readonly text: string;
      /** Absent: what it prints is not told. */
      readonly prints?: string;
      readonly exit: number;
      readonly background: boolean;
    }
  | { readonly type: 'skipped'; readonly line: number; readonly text: string };

interface Block {
  readonly line: number;
  readonly language: string;
  readonly words: string;
  readonly text: string;
}

const commandWords = /^(?:not-run|background|exit=\d{1,3})$/;

/** Throws where a block cannot be understood: a page that is read wrongly proves nothing. */
export function readPage(markdown: string): readonly Deed[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap((block, index): readonly Deed[] => {
    const path = /(?:^| )title="([^"]+)"/.exec(block.words)?.[1];
    const { line, text } = block;
    if (path !== undefined)
      return [{ type: block.language === 'diff' ? 'change' : 'write', line, path, text }];
    if (block.language === 'sh') return [commandOf(block, blocks[index + 1])];
    if (block.language === 'text' && blocks[index - 1]?.language !== 'sh')
      throw new Error(`line ${line}: an output without a command: expected a block of sh before it`);
    return [];
  });
}

function commandOf({ line, text, words }: Block, next: Block | undefined): Deed {
  const known = words.split(' ').filter((word) => word !== '');
  const unknown = known.find((word) => !commandWords.test(word));
  if (unknown !== undefined)
    throw new Error(`line ${line}: unknown word '${unknown}': expected not-run, background or exit=<code>`);
  if (known.includes('not-run')) return { type: 'skipped', line, text };
  const output =
    next !== undefined && /^(?:text|json)$/.test(next.language) && next.words === '' ? next : undefined;
  if (known.includes('background') && output === undefined)
    throw new Error(`line ${line}: a command in the background needs the text that says it is up`);
  return {
    type: 'command',
    line,
    text,
    ...(output === undefined ? {} : { prints: output.text }),
    exit: Number(/exit=(\d+)/.exec(words)?.[1] ?? 0),
    background: known.includes('background'),
  };
}

function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly head: string; readonly lines: string[] } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open === undefined) {
      if (text.startsWith('```')) open = { line: index + 1, head: text.slice(3).trim(), lines: [] };
    } else if (text === '```') {
      const [language = '', ...words] = open.head.split(' ');
      blocks.push({
        line: open.line,
        language,
        words: words.join(' '),
        text: open.lines.map((line) => `${line}\n`).join(''),
      });
      open = undefined;
    } else open.lines.push(text);
  }
  if (open !== undefined) throw new Error(`line ${open.line}: a block that does not end: expected \`\`\``);
  return blocks;
}

/** A text with a change applied: what stands with `-` or a blank at its front must be there, exactly once. */
export function applyChange(text: string, change: string): string {
  const lines = change.split('\n').filter((line) => line !== '');
  const side = (sign: string) =>
    lines
      .filter((line) => line.startsWith(sign) || line.startsWith(' '))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const [before = '', after, ...more] = text.split(side('-'));
  if (after === undefined || more.length > 0)
    throw new Error(
      `a change fits ${after === undefined ? 'no place' : 'several places'}: expected one\n${change}`,
    );
  return `${before}${side('+')}${after}`;
}
