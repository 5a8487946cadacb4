/** The spans of a run on a deployment, where its account keeps them. */
import { openLogReader } from '#adapters/aws/read-logs.ts';
import { readSpans, spansGroup } from '#adapters/aws/read-spans.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type Commit } from '#core/ports.ts';
import { instead, type Traced } from './commands/trace.ts';
import { infrastructureParts } from './problem.ts';

/** Spans may begin before the run does: whoever asked for it may have begun the trace. */
const earlierMs = 10 * 60_000;

export async function findDeployed(fromHistory: Traced, commits: readonly Commit[]): Promise<Traced> {
  const { run, traceId } = fromHistory;
  const history = (reason: string): Traced => ({ ...fromHistory, reason: `${reason} ${instead}` });
  const logs = openLogReader();
  try {
    const spans = await readSpans(logs, traceId, (commits[0]?.at ?? 0) - earlierMs);
    if (spans === undefined)
      return history(
        `No traces are kept: there is no log group ${spansGroup}, so Transaction Search is off.`,
      );
    if (spans.length === 0) return history(`${spansGroup} has no spans of trace ${traceId} (yet).`);
    return { run, traceId, source: 'backend', spans };
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    // The history is worth more than nothing, and the reason is told with it.
    const { code, message } = infrastructureParts(error.message);
    return history(`${spansGroup} could not be asked: ${code}, ${message.replace('\n', ', ')}.`);
  } finally {
    logs.close();
  }
}
