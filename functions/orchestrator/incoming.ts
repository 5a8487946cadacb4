/** What a record asks of a run, with the place it came from. */
import { type RunId } from '#core/ids.ts';
import { type Cause, type LogRecord } from '#core/ports.ts';
import { type RunInput } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';

export interface Incoming {
  readonly runId: RunId;
  readonly input: Exclude<RunInput, { type: 'continue' }>;
  readonly cause: Cause;
  readonly record: LogRecord;
  /** Of a response: the tenant it names, under which its claim checks were looked for. */
  readonly tenant?: string;
  /** Of a start: the definition it asks for. */
  readonly definition?: Definition;
}
