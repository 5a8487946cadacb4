/**
 * A log event of a function as one of Baton's own log lines, `{time, level, message, function, …}`.
 * FL1. What the runtime or the platform of Lambda says of a failure is a line of level `error`; its accounts of what
 *      went well (starts, reports) are none.
 * Source: AWS Lambda Developer Guide, "Using Lambda advanced logging controls with Node.js", "Lambda Telemetry API".
 */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { type LogEvent, fieldsOf } from './read-logs.ts';

/** `undefined`: nothing that a person wants to read. */
export function functionLine(name: string, { at, text }: LogEvent): JsonObject | undefined {
  const time = new Date(at).toISOString();
  const fields = fieldsOf({ text });
  if (fields === undefined) return { time, level: 'info', message: text, function: name };
  const { level, message, type, record } = fields;
  if (typeof type === 'string' && type.startsWith('platform.')) return platformLine(name, time, type, record);
  if (typeof message === 'string' && typeof level === 'string')
    return { time, function: name, ...fields, level: level.toLowerCase() };
  return runtimeLine(name, time, fields);
}

/** What a handler threw: `{timestamp, level: "ERROR", requestId, message: {errorType, errorMessage, stackTrace}}`. */
function runtimeLine(name: string, time: string, { level, message, requestId }: JsonObject): JsonObject {
  const { errorType, errorMessage, stackTrace } = isJsonObject(message) ? message : {};
  return {
    time,
    level: typeof level === 'string' ? level.toLowerCase() : 'info',
    message: typeof errorMessage === 'string' ? errorMessage : JSON.stringify(message ?? null),
    function: name,
    ...(errorType !== undefined && { errorType }),
    ...(requestId !== undefined && { requestId }),
    ...(stackTrace !== undefined && { stack: stackTrace }),
  };
}

function platformLine(
  name: string,
  time: string,
  type: string,
  record: Json | undefined,
): JsonObject | undefined {
  const { status, errorType, requestId } = isJsonObject(record) ? record : {};
  if (type !== 'platform.report' || status === 'success' || status === undefined) return undefined;
  return {
    time,
    level: 'error',
    message: `the invocation ended with ${typeof status === 'string' ? status : 'an error'}`,
    function: name,
    ...(errorType !== undefined && { errorType }),
    ...(requestId !== undefined && { requestId }),
  };
}
