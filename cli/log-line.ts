/** Log lines as a person at the command line reads them: no stack traces (`BATON_LOG=debug` shows everything). */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { type Context } from './context.ts';
import { type Colours } from './output.ts';

/** Takes the logger's JSON lines; writes `level  message  field=value …`, or JSON with `json`. */
export function logLines(
  { env, output }: Context,
  options: { readonly json: boolean; readonly write: (line: string) => void },
): (line: string) => void {
  if ((env.BATON_LOG ?? '').trim().toLowerCase() === 'debug') return options.write;
  return (line) => options.write(shownLine(line, options.json, output.colours));
}

/** `colours`: for a terminal. */
export function shownLine(line: string, json: boolean, colours?: Colours): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  const plain = withoutStacks(fields);
  return json ? JSON.stringify(plain) : readable(plain, colours);
}

function parse(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Also those within errors. */
export function withoutStacks(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields)
    .filter(([name]) => name !== 'stack')
    .map(([name, value]) => [name, isJsonObject(value) ? withoutStacks(value) : value]);
  return Object.fromEntries(kept) as JsonObject;
}

function readable({ time: _time, level, message, ...fields }: JsonObject, colours?: Colours): string {
  const rest = Object.entries(fields).map(([name, value]) => `  ${name}=${shownValue(value)}`);
  const label = `${text(level)}:`;
  const details = rest.join('');
  if (colours === undefined) return `${label} ${text(message)}${details}`;
  return `${levelColour(text(level), colours)(label)} ${text(message)}${colours.dim(details)}`;
}

/** Errors red, warnings yellow, the rest quiet. */
export const levelColour = (level: string, { cyan, red, yellow }: Colours): ((text: string) => string) =>
  level === 'error' ? red : level === 'warn' ? yellow : cyan;

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** Words as they are; anything with spaces, and anything that is not text, as JSON. Errors by their message. */
function shownValue(value: Json): string {
  if (isJsonObject(value) && typeof value['message'] === 'string') return JSON.stringify(value['message']);
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
}
