/** Log lines as a person at the command line reads them: no stack traces (`BATON_LOG=debug` shows everything). */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { type Context } from './context.ts';

/** Takes the logger's JSON lines; writes `level  message  field=value …`, or JSON with `json`. */
export function logLines(
  { env }: Context,
  options: { readonly json: boolean; readonly write: (line: string) => void },
): (line: string) => void {
  if ((env.BATON_LOG ?? '').trim().toLowerCase() === 'debug') return options.write;
  return (line) => options.write(shownLine(line, options.json));
}

export function shownLine(line: string, json: boolean): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  const plain = withoutStacks(fields);
  return json ? JSON.stringify(plain) : readable(plain);
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

function readable({ time: _time, level, message, ...fields }: JsonObject): string {
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shownValue(value)}`);
  return [`${text(level)}: ${text(message)}`, ...rest].join('  ');
}

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** Words as they are; anything with spaces, and anything that is not text, as JSON. Errors by their message. */
function shownValue(value: Json): string {
  if (isJsonObject(value) && typeof value['message'] === 'string') return JSON.stringify(value['message']);
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
}
