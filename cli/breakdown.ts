/**
 * Tells when a host cannot go on. Handlers try again for ever, as they must; but whoever waits at a terminal for one
 * run, on a disk that is full, should be told instead of waiting in silence.
 */
import { InfrastructureError } from '#core/failure.ts';

export interface Breakdown {
  /** Takes every log line of the host. */
  readonly look: (line: string) => void;
  /** Rejects with `InfrastructureError`. Never resolves. */
  readonly happened: Promise<never>;
}

/** What does not pass by itself; a busy or closed store does. */
const lasting = /"(?:message|reason)":("(?:STORE_FULL|STORE_READ_ONLY|STORE_CORRUPT): (?:[^"\\]|\\.)*")/;
/** Its reason is the run's own, in the words of an agent. */
const ofRuns = '"message":"run ended"';

export function awaitBreakdown(): Breakdown {
  const happened = Promise.withResolvers<never>();
  // Nobody may be waiting when it comes.
  happened.promise.catch(() => undefined);
  return {
    look(line) {
      const [, message] = line.includes(ofRuns) ? [] : (lasting.exec(line) ?? []);
      if (message !== undefined) happened.reject(new InfrastructureError(String(JSON.parse(message))));
    },
    happened: happened.promise,
  };
}
